"""`check_layer`: whether a file is what it says it is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd

from geotransfer.catalog.readers import read_features
from geotransfer.checking.codes import code_findings
from geotransfer.checking.features import feature_findings, frame_findings
from geotransfer.checking.positions import Area, area_of, china
from geotransfer.checking.rasters import raster_findings
from geotransfer.checking.report import Finding, LayerReport, error
from geotransfer.checking.table_positions import features_of_table, plane_findings
from geotransfer.checking.tables import table_findings
from geotransfer.errors import InputError, UnknownNameError
from geotransfer.types import Text

__all__ = ["NOT_READ", "check_layer", "kind_of"]

TABLES = (".csv", ".tsv", ".txt")
NOT_READ: dict[str, Text] = {
    **dict.fromkeys(
        (".xlsx", ".xls", ".et", ".ods"),
        Text(zh="工作簿:另存为“CSV UTF-8(逗号分隔)”,每张表一个文件", en="a workbook: save each sheet as CSV UTF-8"),
    ),
    **dict.fromkeys(
        (".dbf", ".shx", ".prj", ".cpg", ".sbn"),
        Text(zh="Shapefile 的一部分:请给出 .shp", en="a part of a Shapefile: name the .shp"),
    ),
    **dict.fromkeys(
        (".dwg", ".mdb", ".mxd", ".qgz"),
        Text(zh="不读取:在 GIS 中导出为 GeoPackage", en="not read: export it as GeoPackage in your GIS"),
    ),
}
"""Ending of a file that people have at hand and that holds no layer -> what to do with it."""
FEATURES = (".gpkg", ".shp", ".geojson", ".json", ".parquet", ".geoparquet", ".fgb", ".kml", ".gml", ".gdb", ".dxf")


def kind_of(path: str | os.PathLike[str]) -> str:
    """Return what a file is read as, by its ending: "table", "features" or "raster".

    Examples
    --------
    >>> kind_of("a.CSV"), kind_of("a.shp"), kind_of("a.tif")
    ('table', 'features', 'raster')
    """
    suffix = Path(path).suffix.lower()
    return "table" if suffix in TABLES else "features" if suffix in FEATURES else "raster"


def check_layer(
    path: str | os.PathLike[str],
    *,
    reference: str | os.PathLike[str] | gpd.GeoDataFrame | None = None,
    layer: str | None = None,
    encoding: str | None = None,
    band: int = 1,
) -> LayerReport:
    r"""Check whether a vector, table or raster file is what it says; nothing is changed.

    Looks at the encoding and at mojibake; at the CRS, its datum, and whether the coordinates lie in China, as stated,
    swapped, mirrored, in degrees or in metres of another CRS; at a shift to GCJ-02 or BD-09; at empty, invalid,
    duplicate and unusual shapes, overlaps, gaps and slivers; in tables at titles, merged headers, numbers in a
    spreadsheet's dress and sums; in rasters at nodata, orientation, size, scale and longitudes.

    Parameters
    ----------
    path : path
        GeoPackage, Shapefile, GeoJSON, GeoParquet and others of OGR; CSV, TSV; anything else is read as a raster.
    reference : path or GeoDataFrame, optional
        Of a vector or table: features of the same things, rightly placed (roads for roads or shops); it also says
        where the layer is expected. Of a raster: a raster of the same quantity.
    layer, encoding : str, optional
        As for `read_features`.
    band : int
        Of a raster.

    Returns
    -------
    LayerReport
        The findings, the gravest first, each with a number and a way out.

    Raises
    ------
    InputError
        The file does not exist, or the reference cannot be read. A file that cannot be read is a finding.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "parks.csv"
    >>> _ = path.write_text("name,lon,lat\n甲园,29.5,106.5\n", encoding="utf-8")
    >>> report = check_layer(path)
    >>> report.worst, report.codes, report["swapped"].number
    ('error', ('swapped',), 100.0)
    """
    source = Path(path)
    if not source.exists():
        raise InputError(f"file {str(path)!r} does not exist; check the path")
    kind = kind_of(source)
    way = NOT_READ.get(source.suffix.lower())
    if way is not None:
        zh, en = f"{source.suffix} 文件不能直接读取", f"a {source.suffix} file is not read as it is"
        return LayerReport.of(path, "table", [error("not-a-layer", zh, en, None, "", way)])
    if kind == "raster":
        if isinstance(reference, gpd.GeoDataFrame):
            raise InputError("reference is features, expected a raster file for a raster")
        right = None if reference is None else Path(reference)
        found = _guarded(lambda: raster_findings(source, china(), band=band, reference=right))
        return LayerReport.of(path, "raster", found)
    right_features = _features(reference)
    area = None if right_features is None else area_of(right_features)
    if kind == "table":
        return LayerReport.of(path, "table", _guarded(lambda: _table(source, right_features, area, encoding)))
    return LayerReport.of(
        path, "features",
        _guarded(lambda: feature_findings(source, reference=right_features, area=area, layer=layer, encoding=encoding)),
    )  # fmt: skip


def _features(reference: str | os.PathLike[str] | gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    return reference if reference is None or isinstance(reference, gpd.GeoDataFrame) else read_features(reference)


def _table(source: Path, reference: gpd.GeoDataFrame | None, area: Area | None, encoding: str | None) -> list[Finding]:
    found, text = table_findings(source, encoding=encoding)
    points = features_of_table(text)
    found += [*code_findings(text), *plane_findings(text)]
    return found if points is None else found + frame_findings(points, reference=reference, area=area)


def _guarded(check: Callable[[], list[Finding]]) -> list[Finding]:
    """Return what a check finds; a file that cannot be read is a finding too."""
    try:
        return check()
    except (InputError, UnknownNameError) as problem:
        way = Text(zh="见左", en="as it says")
        return [error("unreadable", f"无法读取:{problem}", str(problem), None, "", way)]
