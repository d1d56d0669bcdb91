"""Data: what ships, where it comes from, and how it is read."""
