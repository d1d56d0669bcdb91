"""Bringing vectors and rasters onto one grid, and summarising rasters by zone."""
