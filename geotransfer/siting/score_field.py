"""The scores of the ranked zones as one table, and the place a zone would take among them with other scores."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from geotransfer.mcda.ranking import RANK_DECIMALS
from geotransfer.spec.aggregation import COMPARING, Aggregation, aggregate
from geotransfer.types import FloatArray

__all__ = ["ScoreField"]


@dataclass(frozen=True, eq=False)
class ScoreField:
    """The zones a zone competes with, it among them or beside them.

    Attributes
    ----------
    how : Aggregation
        How scores become one.
    weights : ndarray
        Shape (criteria,), sum 1.
    others : ndarray
        Shape (other ranked zones, criteria): their scores.
    keys : ndarray of str
        Their keys, which break ties.
    key : str
        Of the zone itself.
    totals : ndarray
        Shape (other ranked zones,): their scores as the ranking has them.
    """

    how: Aggregation
    weights: FloatArray
    others: FloatArray
    keys: NDArray[np.object_]
    key: str
    totals: FloatArray

    @classmethod
    def around(
        cls, ranking: gpd.GeoDataFrame, row: int, how: Aggregation, names: list[str], weights: FloatArray
    ) -> ScoreField:
        """Return the field of the ranked zones but the one in `row`."""
        rest = (ranking["status"] == "ranked").to_numpy() & (np.arange(len(ranking)) != row)
        scores = ranking.loc[rest, [f"score_{name}" for name in names]].to_numpy(dtype=np.float64)
        keys = ranking.loc[rest, "zone"].astype(str).to_numpy(dtype=object)
        totals = ranking.loc[rest, "score"].to_numpy(dtype=np.float64)
        return cls(how, weights, scores, keys, str(ranking["zone"].iloc[row]), totals)

    @property
    def compares(self) -> bool:
        """Whether the score of a zone depends on the others."""
        return self.how.method in COMPARING

    def score_and_rank(self, scores: FloatArray) -> tuple[float, int]:
        """Return the combined score and the rank of the zone if it had these scores (criteria,)."""
        if self.compares:
            together = aggregate(self.how, np.vstack([self.others, scores]), self.weights)
            own, totals = float(together[-1]), together[:-1]
        else:
            own, totals = float(aggregate(self.how, scores[None, :], self.weights)[0]), self.totals
        rounded, mine = np.round(totals, RANK_DECIMALS), np.round(own, RANK_DECIMALS)
        before = (rounded > mine) | ((rounded == mine) & (self.keys < self.key))
        return own, 1 + int(before.sum())

    def without(self, criterion: int) -> ScoreField:
        """Return the field in which one criterion has no weight and the others share it in proportion."""
        weights = self.weights.copy()
        weights[criterion] = 0.0
        return replace(self, weights=weights / weights.sum())
