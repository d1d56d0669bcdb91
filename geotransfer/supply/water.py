"""Water: limits or runoff of the user's own against what a plant needs; the note of the Yellow River provinces."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from geotransfer.catalog.boundaries import boundaries
from geotransfer.errors import InputError
from geotransfer.inputs.layers import Inputs
from geotransfer.raster import read_raster
from geotransfer.spatial.zonal import zonal_statistics
from geotransfer.spec.industry import IndustrySpec
from geotransfer.spec.rules import Rule, WaterTest
from geotransfer.spec.scenario import Scenario
from geotransfer.types import Text

__all__ = ["WATER_RULE", "YELLOW_RIVER", "water_limits", "water_notes", "with_water_check"]

WATER_RULE = "water_permit"
"""The legal rule that ``[industry.water]`` checks (layers/policy/legal_rules.toml)."""
YELLOW_RIVER = frozenset({
    "青海省", "四川省", "甘肃省", "宁夏回族自治区", "内蒙古自治区", "陕西省", "山西省", "河南省", "山东省",
})  # fmt: skip
"""The nine provinces of the Yellow River (Outline plan for its ecological protection, 2021). Coarser than the basin:
most of 四川, and the north-east of 内蒙古, drain elsewhere."""
UNCHECKED = "水约束未核查"
RASTERS = (".tif", ".tiff", ".img", ".vrt", ".nc", ".asc")
MM_KM2 = 1000.0
"""m3 in a millimetre of runoff on a square kilometre."""
TITLE = Text(zh="用水上限低于项目需水", en="limit of water below the plant's need")
BASIS = Text(zh="用户提供的用水上限或径流", en="limits of water or runoff given by the user")


def with_water_check(scenario: Scenario, spec: IndustrySpec, m3_per_unit: float | None) -> Scenario:
    """Return the scenario whose water rule tests the user's limits; as it was without them.

    Raises
    ------
    InputError
        The profile does not say how much water a unit takes, or the rule has a file of its own.
    """
    if spec.water is None:
        return scenario
    if m3_per_unit is None or not m3_per_unit > 0 or spec.annual_output is None:
        raise InputError(
            f"industry.water has limits, but the profile {spec.profile!r} says nothing of water: give a profile file "
            "with a figure of water (m3 per unit), or take industry.water away"
        )
    rule = scenario.rules.get(WATER_RULE, Rule(title=TITLE, basis=BASIS))
    if rule.active_test is not None and not isinstance(rule.test, WaterTest):
        raise InputError(f"rules.{WATER_RULE} and industry.water both test water; expected one of them")
    need = m3_per_unit * spec.annual_output
    test = WaterTest(kind="water", file=spec.water.file, column=spec.water.column, need_m3_per_year=need)
    return scenario.model_copy(update={"rules": {**scenario.rules, WATER_RULE: rule.model_copy(update={"test": test})}})


def water_limits(test: WaterTest, inputs: Inputs) -> gpd.GeoDataFrame:
    """Return places with their water: columns adcode, limit (m3 a year), geometry (EPSG:4326)."""
    if test.file.lower().endswith(RASTERS):
        if test.column is not None:
            raise InputError(
                f"water file {test.file!r} is a raster and has no column {test.column!r}; leave column away"
            )
        inputs.record_file(test.file)
        counties = boundaries("county")
        runoff = zonal_statistics(read_raster(test.file), counties, stats=("mean",))["mean"]
        km2 = counties.to_crs(inputs.grid.crs).area / 1e6
        limit = runoff * km2 * MM_KM2
        return gpd.GeoDataFrame(counties[["adcode", "geometry"]].assign(limit=limit))[limit.notna().to_numpy()]
    return _listed(test, inputs.table(None, test.file))


def _listed(test: WaterTest, table: pd.DataFrame) -> gpd.GeoDataFrame:
    missing = [name for name in ("adcode", test.column) if name not in table]
    if missing:
        raise InputError(
            f"water file {test.file!r} has the columns {', '.join(map(str, table.columns))}, expected adcode and "
            f"one of limits in m3 a year; name it in industry.water.column (got {test.column!r})"
        )
    number = pd.to_numeric(table[str(test.column)], errors="coerce")
    codes = table["adcode"].astype(str).str.replace(r"\.0+$", "", regex=True).str.strip()
    bad = table[str(test.column)].notna() & ~(number >= 0)
    if bad.any() or codes[number.notna()].duplicated().any():
        raise InputError(
            f"water file {test.file!r}: expected one row per adcode with a limit of at least 0 m3 a year (or nothing); "
            f"row {int(bad.to_numpy().argmax()) + 1 if bad.any() else 'of a repeated adcode'} does not fit"
        )
    levels = [boundaries("county"), boundaries("prefecture"), boundaries("province")]
    areas = gpd.GeoDataFrame(pd.concat([level[["adcode", "geometry"]] for level in levels]), crs="EPSG:4326")
    areas = areas.drop_duplicates("adcode")
    unknown = sorted(set(codes) - set(areas["adcode"]))
    if unknown:
        raise InputError(f"water file {test.file!r} names the adcodes {', '.join(unknown[:5])}, which no place has")
    limits = pd.Series(number.to_numpy(), index=codes).dropna()
    kept = areas[areas["adcode"].isin(limits.index)]
    return gpd.GeoDataFrame(kept.assign(limit=limits.loc[kept["adcode"]].to_numpy()))


def water_notes(province: pd.Series[str], unchecked_rules: pd.Series[str]) -> np.ndarray:
    """Return the note of each zone: 水约束未核查 in the Yellow River provinces while water is unchecked, else ""."""
    unchecked = unchecked_rules.str.split(";").map(lambda names: WATER_RULE in names)
    return np.where(province.isin(YELLOW_RIVER) & unchecked, UNCHECKED, "").astype(object)
