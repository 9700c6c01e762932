"""How the tables of messaging came to be; one line of descent (see max_migration.txt)."""
