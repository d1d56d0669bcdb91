from __future__ import annotations

from typing import Any

import numpy as np

from geotransfer.report.cost_answer import money_answer


def test_the_cheapest_and_what_they_save(result: Any) -> None:
    ranking = result.ranking
    ranked = (ranking["status"] == "ranked").to_numpy()
    rank = ranking["rank"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    # the order of cost is the order of score turned round: 20 is the cheapest
    columns = {
        "rank_cost": np.where(ranked, 21 - rank, np.nan),
        "delivered_cost_yuan_per_unit": 7_000 - 10 * rank,
        "saving_yuan_per_unit": 1_000 + 10 * rank,
        "product_unit": "t",
        # 13,400 kWh x 0.023 kg = 0.31 t are no clear change
        "co2_change_average_t_per_unit": np.where(rank <= 5, -4.0, 0.3),
    }
    costly = ranking.assign(**columns)
    said = money_answer(
        costly, {"industry": {"origin": {"name": "山东省", "power": "captive_coal"}, "kwh_per_unit": 13_400.0}}
    )
    assert said is not None
    assert "(6,800–6,820 元/吨)" in said.zh
    assert "比转出地山东省 (自备煤电) 每吨省 1,200 元" in said.zh
    assert "前 20 名的碳排放 (平均因子口径): 减少 5 个、无明显变化 15 个" in said.zh
    assert (
        "1,200 yuan below 山东省 (a captive coal plant); carbon of the top 20 (average book): less 5, no clear"
        in said.en
    )
    without = money_answer(costly, {"industry": {"origin": None}})
    assert without is not None
    assert "转出地" not in without.zh
    assert money_answer(ranking, {}) is None
