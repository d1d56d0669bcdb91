"""Whole files of every format that is read, small and made of real counties: what the fuzzers damage.

A seed is a mapping of file name -> bytes; the first name is the one that is opened.
"""

from __future__ import annotations

import io
import json
import math
import os
import zipfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely

import geotransfer as gt

Seed = dict[str, bytes]
WORD = {"zh": "甲", "en": "a"}
NAMES = (
    "灵武市\n朝阳区\n宁夏银川\n",
    "@内蒙古\n科尔沁右翼前旗\n150102\n鄂温克族自治旗",
    "Lingwu\nXi'an City\nnei meng gu\n",
)
BOUNDS = (104.0, 35.0, 108.0, 40.0)
"""Ningxia, where the counties of the seeds are."""


def make_seeds(folder: Path) -> dict[str, list[Seed]]:
    """Return format -> seeds; `folder` is used for writing and reading them back."""
    counties = _counties()
    points = counties.assign(geometry=counties.representative_point())
    found: dict[str, list[Seed]] = {
        "gpkg": [_vector(counties, folder / "gpkg", "z.gpkg"), _vector(points, folder / "gpkg2", "p.gpkg")],
        "shp": [
            _vector(counties, folder / "shp", "z.shp", encoding="UTF-8"),
            _vector(points, folder / "shp2", "p.shp", encoding="GB18030"),
        ],
        "geojson": [_vector(counties, folder / "json", "z.geojson"), _vector(points, folder / "json2", "p.geojson")],
        "fgb": [_vector(counties, folder / "fgb", "z.fgb")],
        "parquet": [_parquet(counties), _parquet(points)],
        "csv": _tables(counties, points),
        "tif": _rasters(folder / "tif"),
        "toml": _tomls(),
    }
    found["zip"] = [_zipped(seed) for seed in (found["shp"][0], found["tif"][0])]
    found["folder"] = [_finished(folder / "done", whole=whole) for whole in (True, False)]
    found["folder"].append(_finished(folder / "rich", whole=True, study=rich_study()))
    found["cache"] = [{"layer": bytes(range(256)) * 8}]
    return found


PROBLEM: dict[str, Any] = {
    "schema": 1, "title": "t", "unit": "万t/a", "moved": "all",
    "industries": {"aluminium": {
        "result": "run", "smallest_plant": 10, "largest_plant": 50, "use": {"electricity": 13400},
    }},
    "offers": [{"origin": "山东", "industry": "aluminium", "capacity": 40, "existing": 526.9}],
    "candidates": {"top": 5},
}  # fmt: skip
"""What `match` is asked of a finished folder; it says which."""


def _counties() -> gpd.GeoDataFrame:
    counties = gt.boundaries("county", within=["宁夏"]).iloc[:6]
    shapes = counties.geometry.simplify(0.02)
    return gpd.GeoDataFrame(
        {
            "zone": counties["adcode"].to_numpy(), "name": counties["name"].to_numpy(),
            "area_km2": np.arange(6) * 3.5 + 10, "n": np.arange(6),
        },
        geometry=shapes.to_numpy(), crs="EPSG:4326",
    )  # fmt: skip


def _read_back(folder: Path, first: str) -> Seed:
    names = sorted((path.name for path in folder.iterdir()), key=lambda name: (name != first, name))
    return {name: (folder / name).read_bytes() for name in names}


def _vector(frame: gpd.GeoDataFrame, folder: Path, name: str, **options: Any) -> Seed:
    folder.mkdir()
    frame.to_file(folder / name, **options)
    return _read_back(folder, name)


def _parquet(frame: gpd.GeoDataFrame) -> Seed:
    stream = io.BytesIO()
    frame.to_parquet(stream)
    return {"z.parquet": stream.getvalue()}


def _tables(counties: gpd.GeoDataFrame, points: gpd.GeoDataFrame) -> list[Seed]:
    plain = pd.DataFrame({"name": points["name"], "lon": points.geometry.x, "lat": points.geometry.y})
    named = pd.DataFrame({"园区名称": ["灵武市产业园", "盐池县工业园"], "省份": ["宁夏", "宁夏"], "面积_km2": [5, 7.5]})
    keyed = pd.DataFrame({"adcode": counties["zone"], "value": counties["n"] * 1.5})
    listed = "adcode,direction,source,valid_from\n640100,encouraged,文件一,2024-01-01\n640200,banned,文件二,\n"
    offers = "origin,industry,capacity,existing\n山东,aluminium,150,526.9\n河南,aluminium,20,\n"
    sweep = "criteria.own.weight,site_area_km2\n0.35,25\n0.45,\n"
    excel = "\ufeff" + named.to_csv(index=False, lineterminator="\r\n")
    texts = [plain.to_csv(index=False), excel, keyed.to_csv(index=False), listed, offers, sweep]
    return [{"t.csv": text.encode()} for text in texts] + [{"t.csv": plain.to_csv(index=False).encode("gb18030")}]


def _rasters(folder: Path) -> list[Seed]:
    folder.mkdir()
    random = np.random.default_rng(1)
    values = random.random((50, 40))
    values[10:14, 5:9] = np.nan
    grid = gt.Grid.from_bounds(BOUNDS, resolution=0.1, crs="EPSG:4326")
    gt.write_raster(gt.Raster(values, grid), folder / "cog.tif")
    base = {
        "driver": "GTiff", "count": 1, "height": 50, "width": 40, "transform": grid.transform, "crs": "EPSG:4326",
    }  # fmt: skip
    kinds: list[tuple[dict[str, Any], np.ndarray]] = [
        ({"dtype": "int16", "nodata": -32768}, (values * 1000)),
        ({"dtype": "uint8", "nodata": 255, "compress": "LZW"}, values * 200),
        ({"dtype": "float64", "tiled": True, "blockxsize": 16, "blockysize": 16, "compress": "DEFLATE"}, values),
        ({"dtype": "uint16", "crs": "EPSG:32648", "compress": "PACKBITS",
          "transform": rasterio.Affine(9000, 0, 400_000, 0, -11000, 4_430_000)}, values * 10),
    ]  # fmt: skip
    for number, (more, array) in enumerate(kinds):
        with rasterio.open(folder / f"k{number}.tif", "w", **{**base, **more}) as target:
            target.write(np.nan_to_num(array, nan=more.get("nodata", 0)).astype(more["dtype"]), 1)
            if number == 0:
                target.scales, target.offsets = (0.001,), (0.0,)
    return [{"r.tif": path.read_bytes()} for path in sorted(folder.glob("*.tif"))]


def own_scenario(**more: Any) -> dict[str, Any]:
    """A scenario on z.gpkg and r.tif beside it."""
    criterion = {
        "title": WORD, "group": "own", "unit": "1", "weight": 0.6, "worst": 0.0, "best": 1.0, "why": WORD,
        "source": {"kind": "raster", "file": "r.tif"},
    }  # fmt: skip
    rule = {"title": WORD, "basis": WORD, "test": {"kind": "raster", "file": "r.tif", "at_most": 0.95}}
    column = {**criterion, "weight": 0.4, "best": 5.0, "source": {"kind": "column", "column": "n"}}
    return {
        "schema": 1, "name": "own", "title": WORD, "question": WORD, "zones": "z.gpkg", "legal_rules": "none",
        "grid": {"resolution": 10_000.0}, "criteria": {"own": criterion, "n": column}, "rules": {"high": rule}, **more,
    }  # fmt: skip


def toml_of(values: dict[str, Any], place: str = "") -> str:
    """Return plain values as TOML: what holds no table in lines, tables below."""
    plain = {k: v for k, v in values.items() if not isinstance(v, dict)}
    lines = [f"{json.dumps(k)} = {inline(v)}" for k, v in plain.items()]
    for key, value in values.items():
        if isinstance(value, dict):
            inner = f"{place}{json.dumps(key)}"
            lines += [f"[{inner}]", toml_of(value, f"{inner}.")]
    return "\n".join(lines)


def inline(value: Any) -> str:
    """Return a value as TOML has it in a line; nothing (None) is an empty text there."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(k))} = {inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return json.dumps("" if value is None else value, ensure_ascii=False, default=str)


def _tomls() -> list[Seed]:
    layers = files("geotransfer.layers")
    shipped = {
        "scenario": layers.joinpath("scenarios/aluminium.toml").read_text("utf-8"),
        "profiles": layers.joinpath("industry/industries.toml").read_text("utf-8"),
        "county_types": layers.joinpath("industry/county_types.toml").read_text("utf-8"),
    }
    sweep = 'base = "own.toml"\n[set]\n"grid.resolution" = 25000\n[grid]\n"criteria.own.weight" = [0.1, 0.2]\n'
    problem = (
        'schema = 1\ntitle = "t"\nunit = "万t/a"\nmoved = "all"\n[industries.aluminium]\nresult = "run"\n'
        'smallest_plant = 10\nlargest_plant = 50\nuse = { electricity = 13400 }\n[[offers]]\norigin = "山东"\n'
        'industry = "aluminium"\ncapacity = 150\nexisting = 526.9\n[candidates]\ntop = 200\n[rules]\n'
        "origin_guard = 0.30\nnational = { aluminium = { ceiling = 4500, existing = 4500 } }\n"
    )
    own = {"own": toml_of(own_scenario()), "sweep": sweep, "problem": problem, **shipped}
    return [{f"{name}.toml": text.encode()} for name, text in own.items()]


def texts(target: str) -> list[bytes]:
    """Return what coverage-guided fuzzing of a reader (toml, csv, names) begins with."""
    if target == "names":
        return [text.encode() for text in NAMES]
    counties = _counties()
    points = counties.assign(geometry=counties.representative_point())
    seeds = _tomls() if target == "toml" else _tables(counties, points)
    return [content for seed in seeds for content in seed.values()]


def _zipped(seed: Seed) -> Seed:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in seed.items():
            pack.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return {"a.zip": stream.getvalue()}


def own_study(folder: Path, **more: Any) -> gt.Scenario:
    """Write z.gpkg and r.tif into `folder`, and return the scenario on them."""
    _counties().to_file(folder / "z.gpkg")
    values = np.random.default_rng(1).random((50, 40))
    gt.write_raster(gt.Raster(values, gt.Grid.from_bounds(BOUNDS, resolution=0.1, crs="EPSG:4326")), folder / "r.tif")
    (folder / "own.toml").write_text(toml_of(own_scenario(**more)), encoding="utf-8")
    return gt.Scenario.from_file(folder / "own.toml")


def rich_study() -> gt.Scenario:
    """A scenario whose record has every section: power, freight, policy, industry, draws."""
    return gt.scenario("aluminium").with_overrides(
        {
            "within": ["宁夏"],
            "grid.resolution": 25_000,
            "robustness.draws": 100,
            "freight.routes": [["灵武市", "钦州市"]],
        }
    )


def _finished(folder: Path, *, whole: bool, study: gt.Scenario | None = None) -> Seed:
    from geotransfer.outputs.folder import write_tables

    folder.mkdir(exist_ok=True)
    result = gt.run(study or own_study(folder))
    done = folder / ("whole" if whole else "tables")
    (gt.write_result if whole else write_tables)(result, done)
    left_out = ("map.html", "report.html", "ranking.gpkg")
    seed = {path.name: path.read_bytes() for path in sorted(done.iterdir()) if path.name not in left_out}
    return {"run.json": seed.pop("run.json"), **seed}


def write(seed: Seed, folder: Path) -> Path:
    """Write a seed's files and return the path of the first."""
    for name, content in seed.items():
        (folder / name).write_bytes(content)
    return folder / next(iter(seed))


def beside(folder: Path) -> gpd.GeoDataFrame:
    """Two boxes, for rasters and tables that need zones."""
    shapes = [shapely.box(105, 36, 106, 37), shapely.box(106, 37, 107, 38)]
    return gpd.GeoDataFrame({"zone": ["a", "b"], "n": [1.0, 2.0]}, geometry=shapes, crs="EPSG:4326")


def cache_folder() -> Path:
    return Path(os.environ["GEOTRANSFER_CACHE_DIR"])
