"""Where the weights of a scenario come from, and what may not be weighted together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from geotransfer.catalog.modelled import layer_inputs
from geotransfer.errors import InputError
from geotransfer.mcda.comparisons import weights_from_comparisons
from geotransfer.mcda.weighting import rank_order_weights
from geotransfer.study.models import Criterion, Model, RasterSource

if TYPE_CHECKING:
    from geotransfer.study.scenario import Scenario

__all__ = ["Comparisons", "RankOrder", "Weighting", "check_overlap", "derived_weights"]


class Comparisons(Model):
    """Pairwise comparisons (AHP), rows and columns in the order of the criteria."""

    method: Literal["comparisons"]
    matrix: tuple[tuple[float, ...], ...]
    solution: Literal["eigenvector", "geometric_mean"] = "eigenvector"
    random_index: Literal["saaty", "alonso-lamata"] = "saaty"


class RankOrder(Model):
    """Criteria by importance, most important first; those left out weigh nothing."""

    method: Literal["rank_order"]
    order: tuple[str, ...] = Field(min_length=1)
    formula: Literal["centroid", "sum", "reciprocal"] = "centroid"


Weighting = Annotated[Comparisons | RankOrder, Field(discriminator="method")]


def derived_weights(weighting: Comparisons | RankOrder, names: list[str]) -> dict[str, float]:
    """Return the weights of the criteria `names`, sum 1.

    Raises
    ------
    InputError
        The matrix does not fit, or a name is unknown or named twice.

    Examples
    --------
    >>> order = RankOrder(method="rank_order", order=("b", "a"))
    >>> derived_weights(order, ["a", "b"])
    {'a': 0.25, 'b': 0.75}
    """
    if isinstance(weighting, Comparisons):
        if len(weighting.matrix) != len(names):
            raise InputError(
                f"weighting.matrix has {len(weighting.matrix)} rows, the scenario {len(names)} criteria "
                f"({', '.join(names)}); expected one row each, in that order"
            )
        found = weights_from_comparisons(
            np.asarray(weighting.matrix), method=weighting.solution, random_index=weighting.random_index, names=names
        )
        return dict(zip(names, found.weights.tolist(), strict=True))
    wrong = [name for name in weighting.order if name not in names]
    if wrong or len(set(weighting.order)) < len(weighting.order):
        raise InputError(
            f"weighting.order is {list(weighting.order)}; expected criteria, each once, of {', '.join(names)}"
        )
    given = rank_order_weights(len(weighting.order), method=weighting.formula)
    by_name = dict(zip(weighting.order, given.tolist(), strict=True))
    return {name: by_name.get(name, 0.0) for name in names}


def check_overlap(scenario: Scenario) -> None:
    """Raise `InputError` when a criterion is weighted together with a layer it is computed from.

    The same fact would count twice: sun, wind and the cost of both weighted together once put 42 of the top 50 counties
    into one high province. ``allow_overlap = true`` allows it, and run.json says so.
    """
    if scenario.allow_overlap:
        return
    layers = _weighted_layers(scenario.criteria, scenario.weights)
    for name, layer in layers.items():
        for other, made_of in layers.items():
            if layer in layer_inputs(made_of):
                raise InputError(
                    f"criteria {name!r} (layer {layer}) and {other!r} (layer {made_of}) are both weighted, and "
                    f"{made_of} is computed from {layer}: the same fact would count twice; set one weight to 0, or "
                    "allow_overlap=true"
                )


def _weighted_layers(criteria: Mapping[str, Criterion], weights: Mapping[str, float]) -> dict[str, str]:
    return {
        name: criterion.source.layer
        for name, criterion in criteria.items()
        if weights[name] > 0 and isinstance(criterion.source, RasterSource) and criterion.source.layer
    }
