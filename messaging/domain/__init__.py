"""The decisions of messaging, as plain Python: no database, no network, no clock."""
