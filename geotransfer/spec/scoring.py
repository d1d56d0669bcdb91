"""How a measured value becomes a score, by the way a criterion names; and how that way is shown to a reader."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from geotransfer.errors import InputError
from geotransfer.mcda.fuzzy import score_fuzzy
from geotransfer.mcda.scoring import score_categories, score_logistic, score_piecewise
from geotransfer.spec.base import Finite, Model
from geotransfer.types import FloatArray, Text

__all__ = [
    "Curve",
    "FuzzyCurve",
    "LogisticCurve",
    "Scoring",
    "class_scores",
    "curve_words",
    "drawn_score",
    "score",
    "shown_points",
]

Share = Annotated[float, Field(ge=0, le=1)]
SHOWN_STEPS = (-2.0, -1.0, 0.0, 1.0, 2.0)
"""Where a fuzzy curve is shown to a reader, in its own widths around the midpoint."""


class FuzzyCurve(Model):
    """Fuzzy membership with a fixed midpoint and spread; the formulas are those of `score_fuzzy`."""

    kind: Literal["small", "large", "near", "gaussian", "sigmoid", "s_shaped"]
    midpoint: Finite
    spread: Finite

    @model_validator(mode="after")
    def _a_curve(self) -> Self:
        self.scores(np.array([self.midpoint]))
        return self

    @property
    def from_zero(self) -> bool:
        """Whether the curve is defined for values of at least 0 only."""
        return self.kind in ("small", "large")

    def scores(self, values: FloatArray) -> FloatArray:
        """Return the scores of `values`."""
        return score_fuzzy(values, kind=self.kind, midpoint=self.midpoint, spread=self.spread)

    @property
    def shown_at(self) -> FloatArray:
        """Five values, rising, between which the curve does what its name says."""
        steps = np.asarray(SHOWN_STEPS)
        if self.from_zero:
            return np.asarray(self.midpoint * 2.0**steps)
        width = {
            "near": abs(self.spread) ** -0.5,
            "gaussian": abs(self.spread) ** -0.5,
            "sigmoid": 2 / abs(self.spread),
        }
        return np.asarray(self.midpoint + steps * width.get(self.kind, abs(self.spread) / 2))

    @property
    def words(self) -> Text:
        """What a reader is told beside the points."""
        return Text(
            zh=f"模糊隶属度 {self.kind}: 中点 {self.midpoint:g}, 幅度 {self.spread:g}",
            en=f"fuzzy membership {self.kind}: midpoint {self.midpoint:g}, spread {self.spread:g}",
        )


class LogisticCurve(Model):
    """An S-shaped curve between two bounds that still tells values beyond them apart; see `score_logistic`."""

    worst: Finite
    best: Finite
    tail: float = Field(default=0.01, gt=0, lt=0.5)

    @model_validator(mode="after")
    def _two_bounds(self) -> Self:
        if self.worst == self.best:
            raise ValueError(f"worst and best are both {self.worst}; expected two different bounds")
        return self

    def scores(self, values: FloatArray) -> FloatArray:
        """Return the scores of `values`."""
        return score_logistic(values, worst=self.worst, best=self.best, tail=self.tail)

    @property
    def shown_at(self) -> FloatArray:
        """The two bounds and the middle, rising."""
        return np.sort([self.worst, (self.worst + self.best) / 2, self.best])

    @property
    def words(self) -> Text:
        """What a reader is told beside the points."""
        return Text(zh="逻辑斯蒂曲线, 界外仍有差别", en="logistic curve: values beyond the bounds still differ")


Curve = FuzzyCurve | LogisticCurve


class Scoring(Model):
    """The ways from a value to a score; a criterion takes exactly one.

    Attributes
    ----------
    worst, best : float, optional
        A straight line between two fixed bounds, flat beyond.
    points : optional
        Straight lines between (value, score) points, values rising.
    fuzzy, logistic : optional
        Curves.
    categories : dict, optional
        Score per class; cells and rows are scored class by class before anything is averaged.
    bounds_from_data : {"max", "min"}, optional
        The lowest and the highest value found on eligible land are the bounds, and more (or less) is better. Such
        scores change with the zones of the study; run.json records the bounds that were found.
    scale : {"linear", "log"}
        Of `worst` and `best`, or of `points`.
    """

    worst: Finite | None = None
    best: Finite | None = None
    points: tuple[tuple[Finite, Finite], ...] | None = None
    fuzzy: FuzzyCurve | None = None
    logistic: LogisticCurve | None = None
    categories: dict[str, Share] | None = None
    bounds_from_data: Literal["max", "min"] | None = None
    scale: Literal["linear", "log"] = "linear"

    @model_validator(mode="after")
    def _one_way_to_score(self) -> Self:
        bounds = self.worst is not None and self.best is not None
        others = (self.points, self.fuzzy, self.logistic, self.categories)
        given = [way for way in (*others, self.bounds_from_data) if way is not None]
        if (self.worst is None) != (self.best is None) or len(given) + bounds != 1:
            raise ValueError(
                "expected exactly one way to score: worst and best, points, fuzzy, logistic, categories or "
                "bounds_from_data"
            )
        if bounds and self.worst == self.best:
            raise ValueError(f"worst and best are both {self.worst}; expected two different bounds")
        if self.categories is not None and not self.categories:
            raise ValueError("categories: expected at least one class and its score")
        self._check_points()
        return self

    def _check_points(self) -> None:
        if self.points is not None:
            values = [v for v, _ in self.points]
            if len(values) < 2 or any(b <= a for a, b in pairwise(values)):
                raise ValueError("points: expected at least two, with strictly rising values")
            if any(not 0 <= s <= 1 for _, s in self.points):
                raise ValueError("points: expected scores between 0 and 1")
        if self.scale == "log":
            if self.points is None and self.worst is None:
                raise ValueError("scale 'log' goes with worst and best, or with points")
            if min(v for v, _ in shown_points(self)) <= 0:
                raise ValueError("scale 'log' needs bounds above 0")


def score(way: Scoring, values: FloatArray) -> FloatArray:
    """Return the scores of `values`, of the same shape; NaN stays NaN.

    Values of a criterion with `categories` are class scores already (`class_scores`).

    Raises
    ------
    InputError
        `bounds_from_data` was not settled: the bounds are known only in a run.

    Examples
    --------
    >>> from geotransfer.spec.scenario import scenario
    >>> score(scenario("aluminium").criteria["power_price"], np.array([0.525, 0.20]))
    array([0.5, 1. ])
    """
    if way.categories is not None:
        return np.asarray(values, dtype=np.float64)
    curve = way.fuzzy or way.logistic
    if curve is not None:
        return curve.scores(values)
    points = np.asarray(shown_points(way), dtype=np.float64)
    if way.scale == "log":
        with np.errstate(divide="ignore"):
            # no people at all is the worst score, not an unknown one
            values = np.log10(np.maximum(values, 0.0))
        points[:, 0] = np.log10(points[:, 0])
    return score_piecewise(values, points=[(v, s) for v, s in points.tolist()])


def drawn_score(way: Scoring, values: FloatArray) -> FloatArray:
    """Return the scores of values that errors have moved; one pushed below 0 counts as 0 where a curve begins there.

    Examples
    --------
    >>> drawn_score(Scoring(fuzzy=FuzzyCurve(kind="small", midpoint=50, spread=2)), np.array([-3.0, 50.0]))
    array([1. , 0.5])
    """
    return score(way, np.maximum(values, 0.0) if way.fuzzy is not None and way.fuzzy.from_zero else values)


def shown_points(way: Scoring) -> tuple[tuple[float, float], ...]:
    """Return (value, score) points of the way, values rising: all of a broken line, some of a curve.

    Examples
    --------
    >>> shown_points(Scoring(fuzzy=FuzzyCurve(kind="large", midpoint=50, spread=1)))
    ((12.5, 0.2), (25.0, 0.333333), (50.0, 0.5), (100.0, 0.666667), (200.0, 0.8))
    """
    if way.points is not None:
        return way.points
    if way.categories is not None:
        return ((0.0, 0.0), (1.0, 1.0))
    curve = way.fuzzy or way.logistic
    if curve is not None:
        at = curve.shown_at
        return tuple(zip(at.round(9).tolist(), curve.scores(at).round(6).tolist(), strict=True))
    if way.worst is None or way.best is None:
        raise InputError(
            "bounds_from_data: the bounds are known only in a run; give worst and best to score outside one"
        )
    ends = ((float(way.worst), 0.0), (float(way.best), 1.0))
    return ends if ends[0][0] < ends[1][0] else ends[::-1]


def curve_words(way: Scoring) -> Text | None:
    """Return what the points do not say: the name of a curve, the classes, bounds from the data; None for a line.

    Examples
    --------
    >>> curve_words(Scoring(categories={"60": 1, "10": 0.2})).en
    'mean of class scores: 60 -> 1, 10 -> 0.2'
    """
    curve = way.fuzzy or way.logistic
    if curve is not None:
        return curve.words
    if way.categories is not None:
        classes = ", ".join(f"{name} -> {share:g}" for name, share in way.categories.items())
        return Text(zh=f"类别得分的平均: {classes}", en=f"mean of class scores: {classes}")
    if way.bounds_from_data is not None:
        return Text(
            zh="界限取自本次数据, 随区域范围而变", en="bounds taken from the data: they change with the zones studied"
        )
    return None


def class_scores(way: Scoring, classes: np.ndarray) -> FloatArray:
    """Return the score of each class, NaN where there is none; numbers are looked up as numbers.

    Raises
    ------
    InputError
        A class that `categories` does not name.

    Examples
    --------
    >>> class_scores(Scoring(categories={"60": 1, "10": 0.2}), np.array([10.0, 60.0, np.nan]))
    array([0.2, 1. , nan])
    """
    table = way.categories or {}
    if classes.dtype.kind != "f":
        return score_categories(classes, scores=table)
    try:
        return score_categories(classes, scores={float(name): share for name, share in table.items()})
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"categories are {', '.join(table)}, but the layer holds numbers; name its classes as numbers"
        ) from None
