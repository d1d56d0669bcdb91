"""The doors for vectors and tables: GeoPackage, Shapefile, GeoJSON, GeoParquet, CSV. Nothing is guessed."""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import CRSError as PyogrioCRSError
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError

from geotransfer.catalog.archives import is_zip, unpacked
from geotransfer.catalog.encodings import (
    known_encoding,
    shapefile_encoding,
    shapefile_records,
    table_encoding,
    wrong_encoding,
)
from geotransfer.catalog.mojibake import check_text
from geotransfer.errors import CrsError, GeotransferError, InputError, UnknownNameError
from geotransfer.guard.sources import checked_source, redacted

__all__ = ["checked_features", "read_features", "read_table", "read_unchecked"]

UNREADABLE = (
    DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError, PyogrioCRSError, CRSError, ShapelyError,
    pa.ArrowException, ValueError, OSError, MemoryError, OverflowError, UnboundLocalError,
)  # fmt: skip
"""What GDAL, GEOS, PROJ and Arrow say of a damaged file; UnboundLocalError is what pyogrio 0.13 says of a .prj that
GDAL cannot read."""
LON_NAMES = ("lon", "longitude", "lng", "经度")
LAT_NAMES = ("lat", "latitude", "纬度")


def read_features(
    path: str | os.PathLike[str], *, layer: str | None = None, encoding: str | None = None, remote: bool = False
) -> gpd.GeoDataFrame:
    r"""Read vector features from a file.

    Parameters
    ----------
    path : path
        GeoPackage, Shapefile, GeoJSON, GeoParquet (``.parquet``) or CSV (``.csv`` with the columns lon and lat in
        degrees of WGS 84).
    layer : str, optional
        Needed when the file holds several.
    encoding : str, optional
        Of the text in a Shapefile or CSV, e.g. ``"GB18030"``. Without it: a Shapefile's .cpg or the code page in its
        .dbf where the bytes agree, a CSV's byte order mark, else UTF-8; text that is something else is refused, never
        shown as mojibake, and the message names what it looks like.
    remote : bool
        Open anything GDAL reads, also addresses, databases and files that lead to others (VRT, WFS, /vsicurl).

    Returns
    -------
    GeoDataFrame
        At least one feature, with a CRS.

    Raises
    ------
    InputError
        The file is missing, unreadable, holds no feature, no CRS, or text of another encoding.
    UnknownNameError
        The layer does not exist.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "parks.csv"
    >>> _ = path.write_text("name,lon,lat\n甲园,106.5,29.5\n", encoding="utf-8")
    >>> read_features(path).geometry[0].wkt
    'POINT (106.5 29.5)'
    """
    given, source = _placed(path, layer, remote=remote)
    if source.is_file() and is_zip(source):
        with unpacked(source) as inner:
            return read_features(inner, layer=layer, encoding=encoding, remote=remote)
    features = _read(source, given, layer=layer, encoding=encoding)
    check_text(features, what=f"file {str(source)!r}")
    return checked_features(features, str(source))


def read_unchecked(
    path: str | os.PathLike[str], *, layer: str | None = None, encoding: str | None = None
) -> gpd.GeoDataFrame:
    """Read vector features as `read_features` does, also where a CRS or geometries are missing: for `check_layer`.

    Raises
    ------
    InputError
        The file is missing or unreadable, or its text is of another encoding.
    UnknownNameError
        The layer does not exist.
    """
    given, source = _placed(path, layer, remote=False)
    if source.is_file() and is_zip(source):
        with unpacked(source) as inner:
            return read_unchecked(inner, layer=layer, encoding=encoding)
    return _read(source, given, layer=layer, encoding=encoding)


def _placed(path: str | os.PathLike[str], layer: str | None, *, remote: bool) -> tuple[str, Path]:
    """Return what GDAL is given and the file that is; of a folder that holds one Shapefile, the Shapefile."""
    given, source = checked_source(path, remote=remote, features=True), Path(path)
    found = sorted(p for p in source.iterdir() if p.suffix.lower() == ".shp") if source.is_dir() else []
    wanted = [p for p in found if layer in (None, p.stem)]
    return (str(wanted[0].absolute()), wanted[0]) if len(wanted) == 1 else (given, source)


def _read(source: Path, given: str, *, layer: str | None, encoding: str | None) -> gpd.GeoDataFrame:
    suffix = source.suffix.lower()
    if suffix == ".csv":
        return _points(read_table(source, encoding=encoding), source)
    if suffix in (".parquet", ".geoparquet"):
        return _read_parquet(source)
    frame = _read_ogr(source, given, layer, _vector_encoding(source, encoding))
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise InputError(f"file {str(source)!r} has two columns named {twice[0]!r}; expected each once: rename one")
    return frame


def read_table(
    path: str | os.PathLike[str], *, encoding: str | None = None, comment: str | None = None
) -> pd.DataFrame:
    """Read a CSV table; columns named adcode, zone or id stay text, so that no leading zero is lost.

    What follows the sign `comment` in a line is left out.

    Raises
    ------
    InputError
        The file is missing, empty, no table, or text of another encoding.
    """
    source = Path(checked_source(path))
    if source.is_dir():
        raise InputError(f"file {str(path)!r} is a folder; expected a CSV file with a header line")
    text_columns = {"adcode": str, "zone": str, "id": str}
    known = table_encoding(source, encoding)
    try:
        # index_col: a line with one field too many must not shift the columns
        table = pd.read_csv(source, encoding=known, dtype=text_columns, index_col=False, comment=comment)
    except UnicodeError as error:
        raise wrong_encoding(source, source.read_bytes()) from error
    except (pd.errors.EmptyDataError, pd.errors.ParserError) as error:
        raise InputError(f"file {str(path)!r} is no table: {error}; expected CSV with a header line") from error
    check_text(table, what=f"file {str(path)!r}")
    # Excel leaves rows of commas at the end
    return table.dropna(how="all").reset_index(drop=True)


def _points(table: pd.DataFrame, source: Path) -> gpd.GeoDataFrame:
    lower = {str(c).strip().lower(): c for c in table.columns}
    lon = next((lower[n] for n in LON_NAMES if n in lower), None)
    lat = next((lower[n] for n in LAT_NAMES if n in lower), None)
    if lon is None or lat is None:
        raise InputError(
            f"CSV {str(source)!r} has the columns {', '.join(map(str, table.columns))}; "
            "expected lon and lat (degrees, WGS 84)"
        )
    x, y = (pd.to_numeric(table[c], errors="coerce") for c in (lon, lat))
    bad = ~(x.between(-180, 180) & y.between(-90, 90))
    if bad.any():
        row = int(bad.to_numpy().argmax())
        raise InputError(
            f"CSV {str(source)!r} has lon={table[lon].iloc[row]}, lat={table[lat].iloc[row]} "
            f"in data row {row + 1}; "
            "expected degrees, lon -180..180 and lat -90..90 (swapped, or metres?); "
            "geotransfer layers check says which reading fits"
        )
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(x, y), crs="EPSG:4326")


def _read_parquet(source: Path) -> gpd.GeoDataFrame:
    try:
        features = gpd.read_parquet(source)
        # text is decoded when it is looked at
        for column in features.select_dtypes(["object", "string"]):
            features[column].to_numpy(dtype=object)
        # no format but this one keeps measures (M), and nothing here uses them
        measured = shapely.has_m(features.geometry.to_numpy()).any()
        return features.set_geometry(features.geometry.force_2d()) if measured else features
    except (*UNREADABLE, NotImplementedError) as error:
        # NotImplementedError: curves, which OGR's formats give as straight lines and this one does not
        raise InputError(f"file {str(source)!r} cannot be read as GeoParquet: {error}") from error


def _read_ogr(source: Path, given: str, layer: str | None, encoding: str | None) -> gpd.GeoDataFrame:
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(given)]
        if not names:
            raise InputError(f"file {str(source)!r} holds no layer; expected vector features: is it damaged?")
        if layer is None and len(names) > 1:
            raise InputError(f"file {str(source)!r} holds the layers {', '.join(names)}; say which one with layer=...")
        if layer is not None and layer not in names:
            raise UnknownNameError(f"file {str(source)!r} has no layer {layer!r}; it has {', '.join(names)}")
        frame = pyogrio.read_dataframe(given, layer=layer, encoding=encoding)
    except GeotransferError:
        raise
    except UnicodeDecodeError as error:
        raise wrong_encoding(source, shapefile_records(source)) from error
    except UNREADABLE as error:
        raise InputError(redacted(f"file {str(source)!r} cannot be read as vector features: {error}")) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(f"file {str(source)!r} is a table without geometry; expected features")
    return frame


def _vector_encoding(source: Path, encoding: str | None) -> str | None:
    if encoding is not None:
        return known_encoding(encoding, what="encoding=")
    return shapefile_encoding(source) if source.suffix.lower() == ".shp" else None


def checked_features(features: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    """Return features whose geometry is there and has a CRS, in a column named geometry; `name` is for the messages.

    Raises
    ------
    InputError
        No feature, or one without a geometry.
    CrsError
        No CRS.
    """
    empty = features.geometry.isna() | features.geometry.is_empty
    if empty.all():
        raise InputError(f"file {name!r} holds no features with a geometry, expected at least one")
    if features.crs is None:
        raise CrsError(
            f"file {name!r} has no CRS, nothing is guessed; expected a .prj or an embedded one: "
            "assign it in your GIS (layer properties) or with gdf.set_crs(...); geotransfer layers check says what fits"
        )
    if empty.any():
        row = int(empty.to_numpy().argmax())
        raise InputError(
            f"file {name!r} has {int(empty.sum())} feature(s) without a geometry, the first in row {row + 1}; "
            "expected one each, nothing is dropped silently: delete or repair them"
        )
    _check_finite(features, name)
    _check_degrees(features, name)
    return features.rename_geometry("geometry") if features.geometry.name != "geometry" else features


def _check_finite(features: gpd.GeoDataFrame, name: str) -> None:
    """Raise where a coordinate is infinite or no number: GEOS and PROJ then fail far from the file, or not at all."""
    coordinates, owner = shapely.get_coordinates(features.geometry.to_numpy(), return_index=True)
    bad = owner[~np.isfinite(coordinates).all(axis=1)]
    if bad.size:
        raise InputError(
            f"file {name!r} has coordinates that are no finite numbers, the first in row {bad[0] + 1}; expected finite "
            "ones: the file is damaged, or was projected from beyond its CRS"
        )


def _check_degrees(features: gpd.GeoDataFrame, name: str) -> None:
    """Raise where a layer states degrees and has none: its CRS is another one, or latitude stands before longitude."""
    if not features.crs.is_geographic:
        return
    xy, owner = shapely.get_coordinates(features.geometry.to_numpy(), return_index=True)
    beyond = (np.abs(xy) > (360, 90.000001)).any(axis=1)
    if beyond.any():
        x, y = xy[beyond][0]
        raise InputError(
            f"file {name!r} states degrees and has x={x:.8g}, y={y:.8g} in row {owner[beyond][0] + 1}; expected "
            "longitudes of -360..360 and latitudes of -90..90 (swapped, or metres?): geotransfer layers check says "
            "which reading fits"
        )
