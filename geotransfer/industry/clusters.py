"""Where plants stand together: per zone how many, how large, how far, whom they could supply, and local Moran's I."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from types import ModuleType

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Geod
from scipy.spatial import cKDTree

from geotransfer.errors import CrsError, InputError, MissingExtra
from geotransfer.industry.trends import adjusted
from geotransfer.types import FloatArray, IntArray

__all__ = ["PlantClusters", "plant_clusters"]

WGS84 = Geod(ellps="WGS84")
CORNERS = {1: "high among high", 2: "low among high", 3: "low among low", 4: "high among low"}
"""Quadrants of esda.Moran_Local.q."""


@dataclass(frozen=True)
class PlantClusters:
    """Plants by zone.

    Parameters
    ----------
    table : DataFrame
        Index of the zones: ``plants``, ``capacity`` (unit of the plants), ``nearest_<k>_km`` (geodesic, from the zone's
        representative point to its k-th nearest plant; NaN with fewer plants), ``partners_within_<d>_km`` (absent
        without partners), ``moran_i``, ``moran_p``, ``moran_p_adjusted``, ``moran_cluster`` (absent without Moran).
    outside : int
        Plants in no zone; they count for distances only.
    islands : int
        Zones without a neighbour: no Moran's I.
    """

    table: pd.DataFrame
    outside: int
    islands: int


def plant_clusters(
    plants: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    *,
    capacity: str = "capacity",
    partners: gpd.GeoDataFrame | None = None,
    within_km: float = 200.0,
    nearest: int = 3,
    moran: bool = True,
    permutations: int = 999,
    seed: int = 0,
    alpha: float = 0.05,
) -> PlantClusters:
    """Count plants and capacity per zone, measure distances, and find clusters of capacity.

    Parameters
    ----------
    plants : GeoDataFrame
        Points with a CRS and the column `capacity` (finite, at least 0, one unit).
    zones : GeoDataFrame
        Polygons with a CRS; unique index.
    capacity : str
    partners : GeoDataFrame, optional
        Points of suppliers or customers, counted within `within_km` of each zone's representative point.
    within_km : float
        Geodesic, over 0.
    nearest : int
        k, at least 1.
    moran : bool
        Local Moran's I of the zones' capacity (Anselin 1995), neighbours = zones that share a border or corner (queen),
        rows standardised; needs the extra ``analysis``.
    permutations, seed : int
        Of the conditional permutations.
    alpha : float
        A cluster is named where the adjusted p is at most this. The smallest p is 2 / (permutations + 1): with many
        zones 999 permutations may be too few for any cluster to be named.

    Returns
    -------
    PlantClusters
        ``moran_p`` is two-sided, twice the smaller tail of the permutations; ``moran_p_adjusted`` is that after
        Benjamini and Hochberg over the zones; ``moran_cluster`` is "high among high" and so on, or "". Zones without
        neighbour, and all zones when capacity is the same everywhere, have NaN.

    Raises
    ------
    CrsError
        A layer without CRS.
    InputError
        No points or zones, another geometry, no capacity column, a capacity that is no number at least 0.
    MissingExtra
        esda is not installed and `moran` is True.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point, box
    >>> zones = gpd.GeoDataFrame(geometry=[box(100, 30, 101, 31), box(101, 30, 102, 31)], crs="EPSG:4326")
    >>> plants = gpd.GeoDataFrame({"capacity": [5, 7]}, geometry=[Point(100.5, 30.5), Point(100.6, 30.5)],
    ...                           crs="EPSG:4326")
    >>> plant_clusters(plants, zones, nearest=1, moran=False).table.round(1)
       plants  capacity  nearest_1_km
    0       2      12.0           0.0
    1       0       0.0          86.4
    """
    if within_km <= 0 or nearest < 1 or permutations < 99:
        raise InputError(
            f"within_km is {within_km}, nearest {nearest}, permutations {permutations}; expected over 0, at least 1, "
            "at least 99"
        )
    areas, points = _degrees(zones, name="zones"), _points(plants, name="plants")
    sizes = _sizes(plants, capacity)
    if not areas.index.is_unique:
        raise InputError("the index of zones holds a label twice; give each zone its own")
    zone = _zone_of(points, areas)
    table = pd.DataFrame(index=areas.index)
    table["plants"] = np.bincount(zone[zone >= 0], minlength=len(areas))
    table["capacity"] = np.bincount(zone[zone >= 0], weights=sizes[zone >= 0], minlength=len(areas))
    centres = _lon_lat(areas.representative_point())
    table[f"nearest_{nearest}_km"] = _nearest_km(centres, _lon_lat(points.geometry), nearest)
    if partners is not None:
        others = _lon_lat(_points(partners, name="partners").geometry)
        table[f"partners_within_{within_km:g}_km"] = _within(centres, others, within_km)
    islands = 0
    if moran:
        found, islands = _moran(areas, table["capacity"].to_numpy(), permutations, seed)
        table = table.join(_named(found, alpha))
    return PlantClusters(table, int((zone < 0).sum()), islands)


def _degrees(features: gpd.GeoDataFrame, *, name: str) -> gpd.GeoDataFrame:
    if features.crs is None:
        raise CrsError(f"{name} have no CRS; set it, e.g. {name}.set_crs('EPSG:4326')")
    if not len(features) or features.geometry.isna().any() or features.geometry.is_empty.any():
        raise InputError(f"{name} hold nothing, or a feature without geometry; drop what has none")
    return features.to_crs("EPSG:4326")


def _points(features: gpd.GeoDataFrame, *, name: str) -> gpd.GeoDataFrame:
    kinds = set(features.geom_type.dropna()) - {"Point"}
    if kinds:
        raise InputError(f"{name} hold {', '.join(sorted(kinds))}, expected points; use representative_point()")
    return _degrees(features, name=name)


def _sizes(plants: gpd.GeoDataFrame, capacity: str) -> FloatArray:
    if capacity not in plants:
        raise InputError(f"plants have no column {capacity!r}; they have {', '.join(map(str, plants.columns))}")
    sizes: FloatArray = pd.to_numeric(plants[capacity], errors="coerce").to_numpy(dtype=np.float64)
    bad = np.flatnonzero(~(np.isfinite(sizes) & (sizes >= 0)))
    if len(bad):
        raise InputError(
            f"{capacity} of plant {plants.index[bad[0]]!r} is {plants[capacity].iloc[bad[0]]!r}, expected a number at "
            "least 0; drop plants of unknown size or say what to count them as"
        )
    return sizes


def _zone_of(points: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> IntArray:
    """Return the position of each point's zone, -1 for none; a point on a border belongs to the first zone."""
    point, area = areas.sindex.query(points.geometry, predicate="intersects")
    zone = np.full(len(points), len(areas), dtype=np.int64)
    np.minimum.at(zone, point, area)
    return np.where(zone == len(areas), -1, zone).astype(np.int64)


def _lon_lat(points: gpd.GeoSeries) -> FloatArray:
    return np.column_stack([points.x, points.y])


def _on_sphere(points: FloatArray) -> FloatArray:
    lon, lat = np.radians(points).T
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _geodesic_km(a: FloatArray, b: FloatArray) -> FloatArray:
    metres = WGS84.inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])[2]
    return np.asarray(metres, dtype=np.float64) / 1000


def _nearest_km(centres: FloatArray, points: FloatArray, k: int) -> FloatArray:
    """Candidates on a sphere, a few more than k; their distances on the ellipsoid, of which the k-th is taken."""
    if len(points) < k:
        return np.full(len(centres), np.nan)
    count = min(k + 5, len(points))
    near = cKDTree(_on_sphere(points)).query(_on_sphere(centres), k=count)[1].reshape(len(centres), count)
    km = _geodesic_km(np.repeat(centres, count, axis=0), points[near.ravel()]).reshape(near.shape)
    ordered: FloatArray = np.sort(km, axis=1)[:, k - 1]
    return ordered


def _within(centres: FloatArray, points: FloatArray, km: float) -> IntArray:
    """Count by geodesic distance; the sphere, taken 1 % too large a radius, only preselects."""
    chord = 2 * np.sin(min(km * 1.01 / 6371, np.pi) / 2)
    lists = cKDTree(_on_sphere(points)).query_ball_point(_on_sphere(centres), chord)
    counts = [len(near) for near in lists]
    owner = np.repeat(np.arange(len(centres)), counts)
    near = np.concatenate([np.asarray(one, dtype=np.int64) for one in lists])
    inside = _geodesic_km(centres[owner], points[near]) <= km
    return np.bincount(owner[inside], minlength=len(centres)).astype(np.int64)


def _moran(areas: gpd.GeoDataFrame, values: FloatArray, permutations: int, seed: int) -> tuple[pd.DataFrame, int]:
    esda, weights = _esda()
    queen = weights.Queen.from_dataframe(areas, use_index=False, silence_warnings=True)
    islands = np.array(queen.islands, dtype=np.int64)
    frame = pd.DataFrame({"moran_i": np.nan, "moran_p": np.nan, "corner": 0}, index=areas.index)
    if np.ptp(values) > 0 and len(islands) < len(areas):
        # an island's permutations are all 0: esda divides by their spread
        with warnings.catch_warnings(), np.errstate(invalid="ignore"):
            # 2026-11-25 esda 2.9: its own p-value will become two-sided; ours is counted below, whatever esda does
            warnings.filterwarnings("ignore", "The alternative hypothesis", DeprecationWarning)
            found = esda.Moran_Local(values, queen, permutations=permutations, seed=seed, n_jobs=1)
        frame["moran_i"], frame["moran_p"], frame["corner"] = found.Is, _two_sided(found.Is, found.sim), found.q
        frame.iloc[islands, :2] = np.nan
    return frame, len(islands)


def _two_sided(observed: FloatArray, simulated: FloatArray) -> FloatArray:
    """Return twice the smaller tail of the permutations, the observed value counted in."""
    draws = len(simulated)
    above = (simulated >= observed).sum(axis=0)
    p: FloatArray = np.minimum(2 * (np.minimum(above, draws - above) + 1) / (draws + 1), 1.0)
    return p


def _named(found: pd.DataFrame, alpha: float) -> pd.DataFrame:
    p = adjusted(found["moran_p"])
    named = [CORNERS.get(int(corner), "") if q <= alpha else "" for corner, q in zip(found["corner"], p, strict=True)]
    return found.drop(columns="corner").assign(moran_p_adjusted=p, moran_cluster=named)


def _esda() -> tuple[ModuleType, ModuleType]:
    try:
        import esda
        from libpysal import weights
    except ImportError as error:
        raise MissingExtra(
            "local Moran's I needs esda; pip install 'geotransfer[analysis]', or call with moran=False"
        ) from error
    return esda, weights
