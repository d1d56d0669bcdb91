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

from geotransfer.errors import CrsError, GeotransferError, InputError, UnknownNameError

__all__ = ["checked_features", "read_features", "read_table"]

UNREADABLE = (
    DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError, PyogrioCRSError, CRSError, ShapelyError,
    pa.ArrowException, ValueError, OSError, MemoryError, OverflowError,
)  # fmt: skip
"""What GDAL, GEOS, PROJ and Arrow say of a damaged file."""
LON_NAMES = ("lon", "longitude", "lng", "经度")
LAT_NAMES = ("lat", "latitude", "纬度")


def read_features(
    path: str | os.PathLike[str], *, layer: str | None = None, encoding: str | None = None
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
        Of the text in a Shapefile or CSV, e.g. ``"GB18030"``. Without it: a Shapefile's .cpg, else UTF-8; text that
        is not UTF-8 is refused, never shown as mojibake.

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
    source = Path(path)
    if not source.exists():
        raise InputError(f"file {str(path)!r} does not exist; check the path")
    suffix = source.suffix.lower()
    if suffix == ".csv":
        features = _points(read_table(source, encoding=encoding), source)
    elif suffix in (".parquet", ".geoparquet"):
        features = _read_parquet(source)
    else:
        features = _read_ogr(source, layer, encoding or _shapefile_encoding(source))
    return checked_features(features, str(source))


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
    source = Path(path)
    if not source.exists():
        raise InputError(f"file {str(path)!r} does not exist; check the path")
    text_columns = {"adcode": str, "zone": str, "id": str}
    try:
        # index_col: a line with one field too many must not shift the columns
        table = pd.read_csv(
            source, encoding=encoding or "utf-8-sig", dtype=text_columns, index_col=False, comment=comment
        )
    except UnicodeError as error:
        raise _wrong_encoding(source) from error
    except LookupError as error:
        raise InputError(f"encoding {encoding!r} is unknown; use for instance 'UTF-8' or 'GB18030'") from error
    except (pd.errors.EmptyDataError, pd.errors.ParserError) as error:
        raise InputError(f"file {str(path)!r} is no table: {error}; expected CSV with a header line") from error
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
            "expected degrees, lon -180..180 and lat -90..90 (swapped, or metres?)"
        )
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(x, y), crs="EPSG:4326")


def _read_parquet(source: Path) -> gpd.GeoDataFrame:
    try:
        frame = gpd.read_parquet(source)
        # text is decoded when it is looked at
        for column in frame.select_dtypes(["object", "string"]):
            frame[column].to_numpy(dtype=object)
        return frame
    except UNREADABLE as error:
        raise InputError(f"file {str(source)!r} cannot be read as GeoParquet: {error}") from error


def _read_ogr(source: Path, layer: str | None, encoding: str | None) -> gpd.GeoDataFrame:
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(source)]
        if not names:
            raise InputError(f"file {str(source)!r} holds no layer; expected vector features: is it damaged?")
        if layer is None and len(names) > 1:
            raise InputError(f"file {str(source)!r} holds the layers {', '.join(names)}; say which one with layer=...")
        if layer is not None and layer not in names:
            raise UnknownNameError(f"file {str(source)!r} has no layer {layer!r}; it has {', '.join(names)}")
        frame = pyogrio.read_dataframe(source, layer=layer, encoding=encoding)
    except GeotransferError:
        raise
    except UnicodeDecodeError as error:
        raise _wrong_encoding(source) from error
    except LookupError as error:
        raise InputError(f"encoding {encoding!r} is unknown; use for instance 'UTF-8' or 'GB18030'") from error
    except UNREADABLE as error:
        raise InputError(f"file {str(source)!r} cannot be read as vector features: {error}") from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(f"file {str(source)!r} is a table without geometry; expected features")
    return frame


def _shapefile_encoding(source: Path) -> str | None:
    declared = any(source.with_suffix(ending).exists() for ending in (".cpg", ".CPG"))
    if source.suffix.lower() != ".shp" or declared:
        return None
    dbf = source.with_suffix(".dbf")
    if dbf.exists():
        try:
            # the header holds binary numbers; the records begin at the offset it states
            raw = dbf.read_bytes()
            raw[int.from_bytes(raw[8:10], "little") :].decode("utf-8")
        except UnicodeDecodeError as error:
            raise _wrong_encoding(source) from error
    return "UTF-8"


def _wrong_encoding(source: Path) -> InputError:
    return InputError(
        f"file {str(source)!r} holds text that is not UTF-8 and does not say what it is; "
        "give encoding=..., for files from Chinese agencies mostly encoding='GB18030' "
        "(on the command line --set zones_encoding=GB18030, or rules.<rule>.encoding)"
    )


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
            "assign it in your GIS (layer properties) or with gdf.set_crs(...)"
        )
    if empty.any():
        row = int(empty.to_numpy().argmax())
        raise InputError(
            f"file {name!r} has {int(empty.sum())} feature(s) without a geometry, the first in row {row + 1}; "
            "expected one each, nothing is dropped silently: delete or repair them"
        )
    _check_finite(features, name)
    return features.rename_geometry("geometry") if features.geometry.name != "geometry" else features


def _check_finite(features: gpd.GeoDataFrame, name: str) -> None:
    """Raise where a coordinate is infinite or no number: GEOS and PROJ then fail far from the file, or not at all."""
    coordinates, owner = shapely.get_coordinates(features.geometry.to_numpy(), return_index=True)
    bad = owner[~np.isfinite(coordinates).all(axis=1)]
    if bad.size:
        raise InputError(
            f"file {name!r} has a coordinate that is infinite or no number in row {bad[0] + 1}; expected finite "
            "ones: the file is damaged, or was projected from beyond its CRS"
        )
