"""What the report says of a rule that does not simply forbid what its test finds."""

from __future__ import annotations

from typing import Any

import pytest

from geotransfer.rules.notes import rule_note
from geotransfer.spec.rules import Rule
from geotransfer.types import Text

TITLES = {"high": Text(zh="高海拔", en="high ground"), "city": Text(zh="城市", en="city")}
SITES = {"kind": "features", "file": "data/sites.gpkg"}


@pytest.mark.parametrize(
    ("keys", "zh", "en"),
    [
        ({"file": "a.gpkg", "share": 0.8}, "取其命中面积的 80%", "takes 80 % of what it hits"),
        ({"file": "a.gpkg", "inverse": True}, "仅其命中的土地可用", "only the land its test finds is allowed"),
        ({"file": "a.gpkg", "extent": SITES}, "仅在“sites.gpkg”范围内适用", "judges only inside sites.gpkg"),
        (
            {"file": "a.gpkg", "extent": {"kind": "raster", "layer": "elevation", "at_least": 1500}, "share": 0.5},
            "仅在“海拔”满足所给条件处适用; 取其命中面积的 50%",
            "judges only where elevation keeps the limits given; takes 50 % of what it hits",
        ),
        (
            {"test": {"kind": "force_include", "where": SITES, "over": ["high", "city"]}},
            "强制纳入: 撤销此处的排除(高海拔、城市)",
            "forced inclusion: undoes there high ground, city",
        ),
        (
            {"test": {"kind": "contiguous", "min_area_km2": 100, "neighbours": 4}},
            "排除小于 100 km² 的连片地块 (4 邻域)",
            "patches below 100 km2 (4 neighbours), of what all other rules leave",
        ),
    ],
)
def test_notes(keys: dict[str, Any], zh: str, en: str) -> None:
    text = Text(zh="甲", en="a")
    assert rule_note(Rule(title=text, basis=text, **keys), TITLES) == Text(zh=zh, en=en)


def test_a_rule_that_forbids_what_its_test_finds_needs_no_note() -> None:
    text = Text(zh="甲", en="a")
    assert rule_note(Rule(title=text, basis=text, file="a.gpkg", buffer_m=500.0), TITLES) is None
    assert rule_note(Rule(title=text, basis=text), TITLES) is None
