"""Multi-criteria decision analysis on plain arrays: scores, aggregation, ranks."""
