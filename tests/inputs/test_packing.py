"""Packed values come back as they were, to the byte; what cannot is refused, and no foreign code is run."""

from __future__ import annotations

import json
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geotransfer.inputs.packing import NotPackable, arrays_in, pack, unpack
from geotransfer.rules.exclusions import CheckedRule
from geotransfer.spatial.zonal import Coverage
from geotransfer.spec.settings import Room
from geotransfer.study.evaluate import RuleStep

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda parts: st.lists(parts) | st.lists(parts).map(tuple) | st.dictionaries(st.text() | st.integers(), parts),
    max_leaves=20,
)


@given(PLAIN)
@settings(deadline=None)
def test_plain_values_come_back(value: object) -> None:
    back = unpack(pack(value))
    assert back == value
    assert repr(back) == repr(value)


@given(hnp.arrays(st.sampled_from([np.float64, np.int64, np.bool_, np.uint8]), hnp.array_shapes(max_dims=3)))
@settings(deadline=None)
def test_arrays_come_back_to_the_bit(array: np.ndarray) -> None:
    back = unpack(pack([array, {"x": array}]))
    for part in (back[0], back[1]["x"]):
        assert part.dtype == array.dtype
        assert part.shape == array.shape
        assert part.tobytes() == array.tobytes()
        assert not part.flags.writeable


def test_values_of_geotransfer_come_back() -> None:
    covered = Coverage(np.array([0, 1]), np.array([3, 4]), np.array([1.0, 0.1]), 2)
    shapes = gpd.GeoSeries([shapely.box(0, 0, 1, 1 / 3)], index=[7], crs="EPSG:32648")
    rule = CheckedRule("city", polygons=shapes, adcodes=frozenset({"b", "a"}), extent=shapely.Point(0.1, 0.2))
    names = np.array([["甲", None], ["乙", 1.5]], dtype=object)
    back = unpack(pack((covered, [RuleStep("a", covered.share, covered.share)], rule, Room(area_km2=3.5), names)))
    assert isinstance(back[0], Coverage)
    assert back[0].share.tolist() == [1.0, 0.1]
    assert back[1][0].name == "a"
    assert back[2].polygons.equals(shapes)
    assert back[2].polygons.crs == shapes.crs
    assert back[2].polygons.index.tolist() == [7]
    assert back[2].adcodes == rule.adcodes
    assert back[2].extent.equals_exact(rule.extent)
    assert back[3] == Room(area_km2=3.5)
    assert back[4].tolist() == names.tolist()


def test_numpy_numbers_keep_their_type() -> None:
    back = unpack(pack([np.float64(0.1), np.int64(3)]))
    assert [type(number) for number in back] == [np.float64, np.int64]


@dataclass
class Foreign:
    """Not of geotransfer."""

    x: int = 1


@pytest.mark.parametrize("value", [Foreign(), object(), {1, 2}, lambda: 0], ids=["dataclass", "object", "set", "code"])
def test_other_things_are_refused(value: object) -> None:
    with pytest.raises(NotPackable, match="cannot be packed"):
        pack({"a": [value]})


@pytest.mark.parametrize(
    "name", ["os:system", "geotransfer.files:written_whole", "geotransfer.outputs.folder:shutil"], ids=lambda name: name
)
def test_bytes_that_name_other_code_are_refused(name: str) -> None:
    text = json.dumps({"$": "dataclass", "v": [name, []]}).encode()
    with pytest.raises(NotPackable, match="no value of geotransfer"):
        unpack(len(text).to_bytes(8, "little") + text)


def test_all_arrays_are_found() -> None:
    covered = Coverage(np.array([0]), np.array([3]), np.array([1.0]), 2)
    assert sum(array.size for array in arrays_in({"a": [covered, (covered.share, None)]})) == 4
