"""Why ranks differ between two results."""

from __future__ import annotations

import json

import numpy as np
import pytest

import geotransfer as gt
from geotransfer.errors import InputError

SMALL = {"within": ["宁夏"], "grid.resolution": 25_000, "robustness.draws": 0, "zone_value": "mean"}


def study(**overrides: object) -> gt.Scenario:
    return gt.scenario("aluminium").with_overrides({**SMALL, **overrides})


@pytest.fixture(scope="module")
def base() -> gt.Result:
    return gt.run(study())


def test_nothing_changed(base: gt.Result) -> None:
    found = gt.difference(base, base)
    assert (found.settings, found.inputs, len(found.changed)) == ([], [], 0)
    assert list(found.lines())[1].endswith("0 changed rank or status, 0 of them their status")


def test_a_weight(base: gt.Result) -> None:
    found = gt.difference(base, gt.run(study(**{"criteria.people.weight": 0.9})))
    assert [row["key"] for row in found.settings] == ["criteria.people.weight"]
    changed = found.changed
    assert len(changed) > 3
    # the weights of all are divided by their sum, so that others lose what people gains
    assert set(changed["kind"]) == {"weight"}
    assert {"people"} < set(changed["cause"]) <= set(base.scenario.criteria)
    up = changed["rank_after"] < changed["rank_before"]
    assert (np.sign(changed["effect"].to_numpy(dtype=float)) == np.where(up, 1, -1)).all()
    assert set(changed["because"]) == {"criteria.people.weight"}


def test_a_value_and_what_lies_behind_it(base: gt.Result) -> None:
    found = gt.difference(base, gt.run(study(**{"criteria.people.source.layer": "people-400km"})))
    # a zone may also be passed by others
    assert set(found.changed["kind"]) <= {"value", "others"}
    changed = found.changed[found.changed["kind"] == "value"]
    assert len(changed)
    assert set(changed["cause"]) == {"people"}
    assert changed["because"].str.contains("criteria.people.source.layer").all()
    assert [row["id"] for row in found.inputs] == ["people-400km", "people-50km"]


def test_a_way_of_scoring(base: gt.Result) -> None:
    found = gt.difference(base, gt.run(study(**{"criteria.people.worst": 300_000.0})))
    assert set(found.changed["kind"]) <= {"curve", "others"}
    curve = found.changed[found.changed["kind"] == "curve"]
    assert len(curve)
    assert set(curve["because"]) == {"criteria.people.worst"}


def test_a_rule(base: gt.Result) -> None:
    found = gt.difference(base, gt.run(study(**{"rules.relief.test.at_most": 150.0})))
    lost = found.changed[found.changed["status_after"] == "excluded"]
    assert len(lost)
    assert set(lost["kind"]) == {"rule"}
    assert set(lost["cause"]) == {"relief"}
    assert set(lost["because"]) == {"rules.relief.test.at_most"}


def test_effects_of_a_weighted_sum_add_up(base: gt.Result) -> None:
    from geotransfer.results.difference import _effects

    other = gt.run(study(**{"criteria.people.weight": 0.5, "criteria.freight.best": 700.0}))
    before, after = (r.ranking.set_index("zone")["score"] for r in (base, other))
    zones = before.dropna().index.intersection(after.dropna().index)
    effects = _effects(base, other, list(zones)).sum(axis=1)
    step = (after - before).loc[zones]
    offset = step - effects.loc[zones]
    # what is taken off is the same for all
    assert np.ptp(offset.to_numpy()) < 1e-9


def test_json_and_lines(base: gt.Result) -> None:
    other = gt.run(study(**{"criteria.people.weight": 0.9, "aggregation": {"method": "topsis"}}))
    found = gt.difference(base, other)
    assert not found.additive
    back = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert back["zones"] == len(base.ranking)
    assert len(back["changed"]) == len(found.changed)
    assert any("not a weighted sum" in line for line in found.lines())


def test_other_zones(base: gt.Result) -> None:
    with pytest.raises(InputError, match="no zone in common"):
        gt.difference(base, gt.run(study(zones="prefecture")))
