"""The places most like a zone that stand before it."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from geotransfer.types import FloatArray, Text

__all__ = ["MEASURE", "SimilarZone", "similar_better"]

MEASURE = Text(
    zh="相似度: 各指标得分之差的平方按权重加权后开方, 0 为完全相同, 1 为处处相反; 只列名次更靠前者。"
    "无名次的地方只按已有的指标, 与全部参评区域比较",
    en="distance = square root of the weighted squares of the differences of score: 0 alike in all, 1 opposite in all; "
    "only better-ranked places. A place without a rank is compared with all ranked ones, by the criteria it has",
)


@dataclass(frozen=True)
class SimilarZone:
    """A better-ranked place.

    Attributes
    ----------
    zone, name, prefecture, province, rank, score
        Its own.
    distance : float
        See `MEASURE`.
    ahead_in : str or None
        The criterion in which it gains most (weight x difference of score); None where it is ahead in none.
    """

    zone: str
    name: str
    prefecture: str
    province: str
    rank: int
    score: float
    distance: float
    ahead_in: str | None


def similar_better(
    ranking: gpd.GeoDataFrame, row: int, names: list[str], weights: FloatArray, *, count: int
) -> tuple[SimilarZone, ...]:
    """Return the `count` most similar places that rank before the zone; all ranked ones when it has no rank.

    Criteria that the zone lacks are left out, and the weights of the rest divided by their sum.
    """
    zone = ranking.iloc[row]
    columns = [f"score_{name}" for name in names]
    own = zone[columns].to_numpy(dtype=np.float64)
    used = np.flatnonzero((weights > 0) & ~np.isnan(own))
    better = ranking[ranking["status"] == "ranked"]
    if zone["status"] == "ranked":
        better = better[better["rank"] < zone["rank"]]
    if not len(used) or better.empty:
        return ()
    share = weights[used] / weights[used].sum()
    gaps = better[columns].to_numpy(dtype=np.float64)[:, used] - own[used]
    distance = np.sqrt((share * gaps**2).sum(axis=1))
    order = np.lexsort((better["rank"].to_numpy(dtype=np.int64), np.round(distance, 12)))[:count]
    found = []
    for i in order:
        place, gain = better.iloc[i], share * gaps[i]
        ahead = names[used[int(np.argmax(gain))]] if gain.max() > 0 else None
        where = {c: str(place[c] or "") for c in ("zone", "name", "prefecture", "province")}
        found.append(
            SimilarZone(
                **where,
                rank=int(place["rank"]),
                score=float(place["score"]),
                distance=round(float(distance[i]), 12),
                ahead_in=ahead,
            )
        )
    return tuple(found)
