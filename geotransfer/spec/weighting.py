"""Where the weights of a scenario come from: given, compared, ordered, swung, from the data, or combined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from geotransfer.errors import InputError
from geotransfer.mcda.comparisons import aggregate_comparisons, weights_from_comparisons
from geotransfer.mcda.data_weighting import (
    critic_weights,
    entropy_weights,
    merec_weights,
    standard_deviation_weights,
)
from geotransfer.mcda.weighting import combined_weights, normalized_weights, rank_order_weights, swing_weights
from geotransfer.spec.base import Model
from geotransfer.spec.criteria import Criterion
from geotransfer.types import FloatArray

__all__ = [
    "Combined",
    "Comparisons",
    "DataWeights",
    "Direct",
    "RankOrder",
    "Swing",
    "Weighting",
    "Weights",
    "data_weights",
    "derived_weights",
]

Judgements = tuple[tuple[float, ...], ...]


class Direct(Model):
    """Weights by criterion, in place of each criterion's own; those left out weigh nothing."""

    method: Literal["direct"]
    weights: dict[str, float] = Field(min_length=1)


class Comparisons(Model):
    """Pairwise comparisons (AHP), rows and columns in the order of the criteria; those of weight 0 stay out.

    One `matrix`, or the `matrices` of a group: their geometric mean, with `members` as the weights of the persons.
    """

    method: Literal["comparisons"]
    matrix: Judgements | None = None
    matrices: tuple[Judgements, ...] | None = None
    members: tuple[float, ...] | None = None
    solution: Literal["eigenvector", "geometric_mean"] = "eigenvector"
    random_index: Literal["saaty", "alonso-lamata"] = "saaty"

    @model_validator(mode="after")
    def _one_or_many(self) -> Self:
        if (self.matrix is None) == (self.matrices is None):
            raise ValueError("expected either matrix, or matrices of a group")
        if self.members is not None and self.matrices is None:
            raise ValueError("members weigh the persons of a group; give matrices")
        return self


class RankOrder(Model):
    """Criteria by importance, most important first; those left out weigh nothing."""

    method: Literal["rank_order"]
    order: tuple[str, ...] = Field(min_length=1)
    formula: Literal["centroid", "sum", "reciprocal"] = "centroid"


class Swing(Model):
    """Points per criterion for the swing from its worst to its best value; 100 for the one that matters most.

    `judged`, (worst, best) per criterion, says which range people had before them where it is not the criterion's own
    `worst` and `best`: the weights are then corrected by the ranges.
    """

    method: Literal["swing"]
    points: dict[str, float] = Field(min_length=1)
    judged: dict[str, tuple[float, float]] = Field(default_factory=dict)


class DataWeights(Model):
    """How much a criterion tells the zones apart, from the scores of the zones that no rule excludes.

    Criteria with a weight of 0 of their own stay out.
    """

    method: Literal["entropy", "critic", "standard_deviation", "merec"]


class Combined(Model):
    """What people say (`subjective`; each criterion's own weight unless given) and what the data say (`objective`)."""

    method: Literal["combined"]
    subjective: Annotated[Direct | Comparisons | RankOrder | Swing, Field(discriminator="method")] | None = None
    objective: Literal["entropy", "critic", "standard_deviation", "merec"]
    by: Literal["product", "game_theory"] = "game_theory"


Stated = Direct | Comparisons | RankOrder | Swing
Weighting = Annotated[Stated | DataWeights | Combined, Field(discriminator="method")]
DATA_METHODS: dict[str, Callable[[FloatArray, Sequence[str]], FloatArray]] = {
    "entropy": lambda scores, _: entropy_weights(scores),
    "critic": lambda scores, directions: critic_weights(scores, directions=directions),
    "standard_deviation": lambda scores, _: standard_deviation_weights(scores),
    "merec": lambda scores, directions: merec_weights(scores, directions=directions),
}


@dataclass(frozen=True)
class Weights:
    """Weights by criterion, sum 1, and what a reader wants to know of how they came about."""

    values: dict[str, float]
    record: dict[str, Any] = field(default_factory=dict)


def derived_weights(weighting: Weighting | None, criteria: dict[str, Criterion]) -> Weights:
    """Return the weights of the criteria by what people said.

    Raises
    ------
    InputError
        A matrix does not fit, a name is unknown or named twice, or the weights come from the data.

    Examples
    --------
    >>> from geotransfer.spec.scenario import scenario
    >>> order = RankOrder(method="rank_order", order=("people", "power_price"))
    >>> found = derived_weights(order, scenario("aluminium").criteria).values
    >>> found["power_price"], found["people"], found["flat_area"]
    (0.25, 0.75, 0.0)
    """
    names = list(criteria)
    if weighting is None:
        return _by_name(names, [c.weight for c in criteria.values()], {"method": "own"})
    if isinstance(weighting, Direct):
        _check_names("weights", list(weighting.weights), names)
        return _by_name(names, [weighting.weights.get(name, 0.0) for name in names], {"method": "direct"})
    if isinstance(weighting, Comparisons):
        return _compared(weighting, criteria)
    if isinstance(weighting, RankOrder):
        _check_names("order", list(weighting.order), names)
        given = rank_order_weights(len(weighting.order), method=weighting.formula)
        by_name = dict(zip(weighting.order, given.tolist(), strict=True))
        record = {"method": "rank_order", "formula": weighting.formula, "order": list(weighting.order)}
        return _by_name(names, [by_name.get(name, 0.0) for name in names], record)
    if isinstance(weighting, Swing):
        return _swung(weighting, criteria)
    raise InputError(
        f"weighting {weighting.method!r} takes the weights from the data: they are known only in a run "
        "(run.json, result.weighting)"
    )


def _by_name(names: Sequence[str], values: Sequence[float] | FloatArray, record: dict[str, Any]) -> Weights:
    return Weights(dict(zip(names, normalized_weights(values).tolist(), strict=True)), record)


def _check_names(key: str, given: Sequence[str], names: Sequence[str]) -> None:
    strange = sorted(set(given) - set(names))
    if strange or len(set(given)) < len(given):
        raise InputError(
            f"weighting.{key} names {', '.join(strange) or 'a criterion twice'}; expected criteria, each once, of "
            f"{', '.join(names)}"
        )


def _compared(weighting: Comparisons, criteria: dict[str, Criterion]) -> Weights:
    names = [name for name, criterion in criteria.items() if criterion.weight > 0]
    matrices = weighting.matrices or (weighting.matrix or (),)
    for matrix in matrices:
        if len(matrix) != len(names) or any(len(row) != len(names) for row in matrix):
            raise InputError(
                f"weighting.matrix has {len(matrix)} rows, the scenario {len(names)} criteria with a weight "
                f"({', '.join(names)}); expected one row and one column each, in that order"
            )
    if weighting.members is not None and len(weighting.members) != len(matrices):
        raise InputError(
            f"weighting.members has {len(weighting.members)} numbers, expected {len(matrices)}: one per person's matrix"
        )
    joined = aggregate_comparisons([np.asarray(m) for m in matrices], weights=weighting.members)
    found = weights_from_comparisons(
        joined, method=weighting.solution, random_index=weighting.random_index, names=names
    )
    record = {
        "method": "comparisons",
        "solution": weighting.solution,
        "persons": len(matrices),
        "consistency_ratio": round(found.consistency_ratio, 6),
        "random_index": weighting.random_index,
        "lambda_max": round(found.lambda_max, 6),
        "worst_judgements": [str(one) for one in found.worst_judgements],
    }
    by_name = dict(zip(names, found.weights.tolist(), strict=True))
    return _by_name(list(criteria), [by_name.get(name, 0.0) for name in criteria], record)


def _swung(weighting: Swing, criteria: dict[str, Criterion]) -> Weights:
    names = list(criteria)
    _check_names("points", list(weighting.points), names)
    _check_names("judged", list(weighting.judged), list(weighting.points))
    named = [name for name in names if name in weighting.points]
    scored = {name: (criteria[name].worst, criteria[name].best) for name in weighting.judged}
    unbounded = [name for name, ends in scored.items() if None in ends or criteria[name].scale == "log"]
    if unbounded:
        raise InputError(
            f"weighting.judged names {', '.join(unbounded)}, which is not scored by a straight line between worst and "
            "best; the correction by ranges holds for no other score: leave it out of judged"
        )
    for name, (worst, best) in weighting.judged.items():
        ends = scored[name]
        if worst == best or (best > worst) != (float(ends[1] or 0.0) > float(ends[0] or 0.0)):
            raise InputError(
                f"weighting.judged.{name} goes from {worst:g} to {best:g}, the criterion from {ends[0]:g} to "
                f"{ends[1]:g}; expected (worst, best) in the same direction"
            )
    ranges = np.array([scored.get(name, (0.0, 1.0)) for name in named], dtype=np.float64)
    judged = np.array([weighting.judged.get(name, (0.0, 1.0)) for name in named], dtype=np.float64)
    found = swing_weights([weighting.points[name] for name in named], judged=judged, scored=ranges)
    by_name = dict(zip(named, found.tolist(), strict=True))
    record = {
        "method": "swing",
        "points": dict(weighting.points),
        "judged": {k: list(v) for k, v in weighting.judged.items()},
    }
    return _by_name(names, [by_name.get(name, 0.0) for name in names], record)


def data_weights(weighting: DataWeights | Combined, criteria: dict[str, Criterion], scores: FloatArray) -> Weights:
    """Return weights from the scores of the zones, alone or combined with what people said.

    Parameters
    ----------
    weighting : DataWeights or Combined
        Which method.
    criteria : dict
        By identifier; those with a weight of 0 (of their own, or by `subjective`) stay out.
    scores : ndarray
        Shape (zones, criteria), all criteria in their order; zones with a gap in one that counts are left out.

    Raises
    ------
    InputError
        Fewer than two zones without a gap, or scores the method cannot use (MEREC: a score of 0).
    """
    names = list(criteria)
    people = derived_weights(weighting.subjective if isinstance(weighting, Combined) else None, criteria)
    used = np.array([people.values[name] > 0 for name in names])
    table = scores[:, used]
    table = table[np.isfinite(table).all(axis=1)]
    method = weighting.objective if isinstance(weighting, Combined) else weighting.method
    try:
        found = DATA_METHODS[method](table, ["max"] * table.shape[1])
    except InputError as error:
        raise InputError(f"weighting by {method}, from the scores of {len(table)} zones: {error}") from error
    objective = np.zeros(len(names))
    objective[used] = found
    record: dict[str, Any] = {"method": method, "zones": len(table)}
    if isinstance(weighting, Combined):
        subjective = np.array([people.values[name] for name in names])
        record = {
            "method": "combined", "by": weighting.by, "objective_method": method, "zones": len(table),
            "subjective": people.values, "subjective_record": people.record,
            "objective": dict(zip(names, objective.tolist(), strict=True)),
        }  # fmt: skip
        objective = combined_weights(subjective, objective, method=weighting.by)
    return _by_name(names, objective, record)
