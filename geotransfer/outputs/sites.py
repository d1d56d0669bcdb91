"""Sites that were located, as a file."""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geotransfer.errors import OutputError
from geotransfer.outputs.folder import sibling_folder
from geotransfer.outputs.tables import write_table

__all__ = ["check_sites_file", "write_sites"]

SITE_FILES = (".gpkg", ".csv")


def check_sites_file(path: str | os.PathLike[str]) -> None:
    """Raise `OutputError` unless `path` ends in .gpkg or .csv and its folder exists."""
    target = Path(path)
    if target.suffix.lower() not in SITE_FILES:
        raise OutputError(f"sites file {str(path)!r} ends in {target.suffix!r}; expected {' or '.join(SITE_FILES)}")
    if not target.resolve().parent.is_dir():
        raise OutputError(f"the folder of {str(path)!r} does not exist; create it or choose another")


def write_sites(sites: gpd.GeoDataFrame, path: str | os.PathLike[str]) -> None:
    """Write what `locate_sites` found: GeoPackage (layer ``sites``), or CSV with lon and lat of each site's middle.

    Raises
    ------
    OutputError
        Another ending, or the file cannot be written.

    Examples
    --------
    >>> write_sites(gpd.GeoDataFrame(), "sites.txt")
    Traceback (most recent call last):
        ...
    geotransfer.errors.OutputError: sites file 'sites.txt' ends in '.txt'; expected .gpkg or .csv
    """
    check_sites_file(path)
    target = Path(path)
    with sibling_folder(target) as folder:
        draft = folder / f"sites{target.suffix.lower()}"
        if draft.suffix == ".csv":
            write_table(pd.DataFrame(sites.drop(columns=sites.geometry.name)), draft)
        else:
            sites.to_file(draft, layer="sites", driver="GPKG", engine="pyogrio", VERSION="1.3")
        draft.replace(target)
