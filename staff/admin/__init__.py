"""The admin's pages about staff, and what every page of the admin shares."""
