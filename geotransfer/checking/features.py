"""What is wrong or unusual in a vector layer: text, CRS, place, shift, shapes, coverage, points offshore."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geotransfer.catalog.boundaries import boundaries
from geotransfer.catalog.encodings import declared_by_shapefile, guess_encoding, shapefile_encoding, shapefile_records
from geotransfer.catalog.mojibake import text_columns
from geotransfer.catalog.readers import read_unchecked
from geotransfer.checking.codes import code_findings
from geotransfer.checking.coverage import coverage_findings
from geotransfer.checking.geometry import not_finite, shape_findings
from geotransfer.checking.placement import crs_findings, place_findings
from geotransfer.checking.positions import Area, china, in_wgs84
from geotransfer.checking.report import Finding, error, note
from geotransfer.checking.shift_report import shift_findings
from geotransfer.checking.tables import mojibake_findings
from geotransfer.errors import InputError
from geotransfer.spatial.nearest import nearest_zones
from geotransfer.types import FloatArray, Text

__all__ = ["feature_findings", "frame_findings", "read_as_well_as_possible"]

SAMPLE = 20_000
"""Features of which a position is looked at."""
TEXTS = 500
OFFSHORE_M = 30_000.0
"""As a run gives points offshore to the nearest prefecture."""


def read_as_well_as_possible(
    path: Path, *, layer: str | None = None, encoding: str | None = None
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return a vector file's features, and what is wrong with its encoding; read in the one it looks like.

    Raises
    ------
    InputError, UnknownNameError
        As `read_features`, but for encodings that can be told from the bytes.
    """
    if encoding is not None or path.suffix.lower() != ".shp":
        return read_unchecked(path, layer=layer, encoding=encoding), []
    try:
        shapefile_encoding(path)
    except InputError as problem:
        guess = guess_encoding(shapefile_records(path))
        if guess is None:
            raise
        way = Text(
            zh=f"--encoding {guess.name}(run 用 --set zones_encoding={guess.name})",
            en=f"--encoding {guess.name} (of a run --set zones_encoding={guess.name})",
        )
        zh = f"文字编码不符或未声明;像 {guess.name}(置信度 {guess.confidence:.0%}):“{guess.example}”"
        wrong = error("encoding", zh, str(problem), round(guess.confidence, 3), "1", way)
        return read_unchecked(path, layer=layer, encoding=guess.name), [wrong]
    declared = declared_by_shapefile(path)
    found = []
    if declared is not None and declared[1] != ".cpg":
        zh, en = (
            f"编码由 {declared[1]} 声明:{declared[0]}",
            f"the encoding is declared by the {declared[1]}: {declared[0]}",
        )
        found = [note("encoding-declared", zh, en, None, "")]
    return read_unchecked(path, layer=layer), found


def feature_findings(
    path: Path,
    *,
    reference: gpd.GeoDataFrame | None = None,
    area: Area | None = None,
    layer: str | None = None,
    encoding: str | None = None,
) -> list[Finding]:
    """Return what is wrong or unusual in a vector file; see `frame_findings`.

    Raises
    ------
    InputError, UnknownNameError
        The file cannot be read.
    """
    features, found = read_as_well_as_possible(path, layer=layer, encoding=encoding)
    if not len(features):
        return [*found, error("no-features", "文件没有要素", "the file holds no features", 0, "features")]
    found += code_findings(features)
    return found + mojibake_findings(_texts(features)) + frame_findings(features, reference=reference, area=area)


def frame_findings(
    features: gpd.GeoDataFrame, *, reference: gpd.GeoDataFrame | None = None, area: Area | None = None
) -> list[Finding]:
    """Return what is wrong or unusual in the shapes and the place of features.

    Parameters
    ----------
    features : GeoDataFrame
        With or without a CRS.
    reference : GeoDataFrame, optional
        The same things, rightly placed; see `estimate_shift`.
    area : Area, optional
        Where they are expected; without it China and 30 km around it.
    """
    where = area or china()
    said = shape_findings(features)
    features = features[~not_finite(features.geometry.to_numpy())]
    xy = _positions(features)
    crs = features.crs
    lonlat = np.zeros((0, 2))
    if crs is not None:
        lonlat = xy if crs.is_geographic else np.column_stack(in_wgs84(crs, xy[:, 0], xy[:, 1]))
        lonlat = lonlat[np.isfinite(lonlat).all(axis=1)]
    placed = place_findings(xy, crs, where)
    found = [*said, *crs_findings(crs, lon=lonlat[:, 0], lat=lonlat[:, 1]), *placed]
    misplaced = any(one.severity == "error" or one.code == "elsewhere" for one in placed)
    if crs is None or misplaced:
        return found
    found += shift_findings(features, reference=reference)
    if area is None:
        found += _offshore(features)
    return found + coverage_findings(features)


def _positions(features: gpd.GeoDataFrame) -> FloatArray:
    """Return the first vertex of each feature as it stands in the file, of at most 20,000 of them."""
    shapes = features.geometry.to_numpy()[:: max(1, len(features) // SAMPLE)]
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    first = np.flatnonzero(np.diff(of, prepend=-1))
    return np.asarray(xy[first][np.isfinite(xy[first]).all(axis=1)], dtype=np.float64)


def _texts(features: gpd.GeoDataFrame) -> list[object]:
    columns = [column for column in text_columns(features) if column != features.geometry.name]
    return [*features.columns, *(cell for column in columns for cell in features[column].dropna().unique()[:TEXTS])]


def _offshore(features: gpd.GeoDataFrame) -> list[Finding]:
    """Return how many points lie just outside the land, and how far."""
    points = features.iloc[:: max(1, len(features) // SAMPLE)]
    if set(points.geom_type.dropna()) != {"Point"}:
        return []
    near = nearest_zones(points, boundaries("province"), limit_m=OFFSHORE_M)
    off = near.loc[near["distance_m"] > 0, "distance_m"]
    if not len(off):
        return []
    farthest = float(off.max()) / 1000
    zh = f"{len(off)} 个点在陆地之外 30 公里以内(最远 {farthest:.1f} 公里),计算时归最近的区域"
    en = f"{len(off)} points lie offshore, the farthest {farthest:.1f} km; a run gives them to the nearest land (30 km)"
    return [note("offshore", zh, en, round(farthest, 2), "km")]
