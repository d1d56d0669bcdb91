"""Why this place and not that one, the best sites on the cells, parks known by name only."""
