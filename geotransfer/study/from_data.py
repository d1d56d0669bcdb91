"""What a scenario may leave to the data: bounds of scores, weights. Settled once in a run, and recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from geotransfer.errors import InputError
from geotransfer.spatial.zonal import Coverage
from geotransfer.spec.scenario import Scenario
from geotransfer.spec.weighting import Combined, DataWeights, Direct, Weights, data_weights, derived_weights
from geotransfer.supply.measured import Measured
from geotransfer.types import FloatArray

__all__ = ["with_data_bounds", "with_weights"]


def with_data_bounds(
    scenario: Scenario, measured: Mapping[str, Measured], covered: Coverage, available: FloatArray
) -> Scenario:
    """Return the scenario with `bounds_from_data` settled: the lowest and the highest value on eligible land.

    Parameters
    ----------
    scenario : Scenario
        As asked.
    measured : mapping
        Values of each criterion.
    covered : Coverage
        Cells of the zones.
    available : ndarray
        Shape (pairs,): share of the pair that no rule forbids.

    Raises
    ------
    InputError
        There is no eligible land with a value, or all its values are the same.
    """
    settled = {}
    for name, criterion in scenario.criteria.items():
        if criterion.bounds_from_data is not None:
            low, high = _range(name, measured[name], covered, available > 0)
            worst, best = (low, high) if criterion.bounds_from_data == "max" else (high, low)
            settled[name] = criterion.model_copy(update={"worst": worst, "best": best})
    return scenario.model_copy(update={"criteria": {**scenario.criteria, **settled}}) if settled else scenario


def _range(name: str, measured: Measured, covered: Coverage, eligible: np.ndarray) -> tuple[float, float]:
    values = measured.at(covered)[eligible]
    values = values[np.isfinite(values)]
    if values.size == 0 or values.min() == values.max():
        found = "none" if values.size == 0 else f"{values.min():g} everywhere"
        raise InputError(
            f"criterion {name!r}: bounds_from_data needs different values on eligible land, found {found}; give worst "
            "and best"
        )
    return float(values.min()), float(values.max())


def with_weights(scenario: Scenario, scores: FloatArray) -> tuple[Scenario, dict[str, Any]]:
    """Return the scenario with its weights settled as direct ones, and how they came about.

    Parameters
    ----------
    scenario : Scenario
        With its own weights or a `weighting`.
    scores : ndarray
        Shape (zones, criteria): mean score on eligible land; NaN rows for zones without any.

    Warns
    -----
    InconsistencyWarning
        Comparisons contradict each other.
    """
    weighting = scenario.weighting
    if isinstance(weighting, DataWeights | Combined):
        found = data_weights(weighting, scenario.criteria, scores)
    else:
        found = derived_weights(weighting, scenario.criteria)
    settled = scenario.model_copy(update={"weighting": Direct(method="direct", weights=found.values)})
    return settled, _record(found)


def _record(found: Weights) -> dict[str, Any]:
    return {**found.record, "weights": {name: round(w, 12) for name, w in found.values.items()}}
