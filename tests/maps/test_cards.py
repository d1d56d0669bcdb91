from __future__ import annotations

from typing import Any, get_args

import numpy as np

from geotransfer.energy.carbon import Verdict
from geotransfer.maps.cards import TERMS, VERDICTS, cost_terms, regions, unchecked, verdicts
from geotransfer.maps.measures import measures
from geotransfer.results.columns import INDUSTRY


def test_terms_and_verdicts_are_those_the_study_writes() -> None:
    assert set(VERDICTS) == set(get_args(Verdict))
    assert set(TERMS) <= {column[0] for column in INDUSTRY}


def test_terms_follow_the_columns_of_the_ranking(result: Any) -> None:
    assert cost_terms(result.ranking) == []
    table = result.ranking.assign(
        delivered_cost_yuan_per_unit=3.0, cost_power_yuan_per_unit=2.0, cost_carbon_yuan_per_unit=1.0
    )
    assert [term["title"]["zh"] for term in cost_terms(table)] == ["电费", "碳成本"]


def test_regions_only_where_there_are_several(result: Any) -> None:
    assert regions(result.ranking) is None
    table = result.ranking.assign(region=np.where(np.arange(len(result.ranking)) % 2, "east", None))
    assert regions(table) is None
    table["region"] = np.where(np.arange(len(table)) % 2, "east", "northeast")
    found = regions(table)
    assert found is not None
    assert found["names"][0] == {"zh": "东部", "en": "East"}
    assert found["index"][:2] == [3, 0]


def test_a_verdict_that_is_not_there_has_no_words(result: Any) -> None:
    assert verdicts(result.ranking) is None
    found = verdicts(result.ranking.assign(co2_verdict=["less", None, *["unknown"] * (len(result.ranking) - 2)]))
    assert found is not None
    assert found["index"][:3] == [0, -1, 4]


def test_rules_nobody_checked(result: Any) -> None:
    assert [title["zh"] for title in unchecked(result.provenance["result"])] == ["生态保护红线", "永久基本农田"]
    assert unchecked({}) == []


def test_a_measure_that_a_criterion_repeats_is_left_out(result: Any) -> None:
    table = result.ranking.assign(freight_cost_yuan_per_unit=result.ranking["hub"], saving_yuan_per_unit=1.0)
    assert [one["id"] for one in measures(table)] == ["saving_yuan_per_unit", "freight_cost_yuan_per_unit"]
    (one,) = measures(table, criteria=["tariff", "hub"])
    assert (one["id"], one["better"]) == ("saving_yuan_per_unit", "more")
