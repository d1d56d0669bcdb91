"""Values on a grid: in memory, in files, and what files may be wrong in."""

from geotransfer.raster.mapped import mapped_raster
from geotransfer.raster.values import (
    Raster,
    check_same_grid,
    raster_blocks,
    raster_grid,
    read_raster,
    read_values,
    write_raster,
)

__all__ = [
    "Raster", "check_same_grid", "mapped_raster", "raster_blocks", "raster_grid", "read_raster", "read_values",
    "write_raster",
]  # fmt: skip
