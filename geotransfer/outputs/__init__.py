"""What a run leaves behind: its folder, its tables, the sites in it, a table in a database."""
