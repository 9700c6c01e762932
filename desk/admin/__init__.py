"""The admin's pages that draw from every room."""
