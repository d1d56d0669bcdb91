"""When a study has no zone left: what is an error, and whose."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest

import geotransfer as gt
from geotransfer.errors import InputError
from geotransfer.inputs.zones import Zones
from geotransfer.study.evaluate import Areas
from geotransfer.study.nothing_left import check_room_left

STUDY = gt.scenario("aluminium")  # a zone needs 25 km2 and 2 % of itself


def areas(failed_by: list[str]) -> Areas:
    """Return two zones of 1,000 km2: `a` takes 990 and 500 by itself, `b` 400 and 990, in order 5 and 490."""
    of = np.array
    return Areas(
        of([1000.0, 1000.0]), of([1000.0, 1000.0]), of([995.0, 990.0]), of([5.0, 10.0]), failed_by,
        {"a": of([990.0, 500.0]), "b": of([400.0, 990.0])}, {"a": of([990.0, 500.0]), "b": of([5.0, 490.0])},
    )  # fmt: skip


def zones(*, own: bool = False) -> Zones:
    return Zones(gpd.GeoDataFrame({"zone": ["1", "2"]}), gpd.GeoSeries([None, None]), own)


def test_a_set_of_rules_is_told_with_what_each_took() -> None:
    # neither leaves nothing by itself: `a` leaves the second zone 500 km2, `b` the first 600
    with pytest.raises(
        InputError, match=r"no zone room \(at least 25 km2 and 2% of it\): of 2,000.0 km2 they remove in "
    ):
        check_room_left(STUDY, zones(), areas(["a", "b"]))
    with pytest.raises(InputError, match=r"in km2: a 1,490.0, b 495.0; correct the limit or the unit"):
        check_room_left(STUDY, zones(), areas(["a", "b"]))


def test_a_rule_that_does_it_alone_is_named() -> None:
    found = areas(["a", "a"])
    found.alone["a"][:] = [990.0, 976.0]
    with pytest.raises(InputError, match=r"rule 'a' alone leaves none; of 2,000.0 km2"):
        check_room_left(STUDY, zones(), found)
    found.alone["b"][:] = [1000.0, 1000.0]
    with pytest.raises(InputError, match="each of the rules 'a', 'b' alone leaves none"):
        check_room_left(STUDY, zones(), found)


@pytest.mark.parametrize("failed_by", [["a", ""], ["a", "nodata"], ["too_small", "nodata"], ["too_small", "too_small"]])
def test_a_zone_with_room_or_without_data_is_no_error_nor_are_zones_no_rule_has_failed(failed_by: list[str]) -> None:
    check_room_left(STUDY, zones(), areas(failed_by))


def test_ones_own_places_are_each_told() -> None:
    check_room_left(STUDY, zones(own=True), areas(["a", "b"]))
