"""The languages of the staff's pages: which there are, what is marked in the sources, the catalogues of each room."""
