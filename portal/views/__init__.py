"""The patient's pages, one file for each."""
