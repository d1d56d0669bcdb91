"""From a score back to the value in its unit that would earn it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from geotransfer.spec.criteria import Criterion
from geotransfer.spec.scoring import drawn_score
from geotransfer.types import FloatArray

__all__ = ["value_for_score"]

DOUBLINGS = 60
HALVINGS = 60


def value_for_score(criterion: Criterion, record: Mapping[str, Any], value: float, wanted: float) -> float | None:
    """Return the value nearest to `value` that scores `wanted`; None where no value does.

    Parameters
    ----------
    criterion : Criterion
        As the scenario asks for it.
    record : mapping
        The criterion in run.json: ``points`` and ``scale`` as the run settled them (also bounds from the data).
    value : float
        The value it has, in its unit.
    wanted : float
        A score above that of `value`.

    Examples
    --------
    >>> from geotransfer.spec.scenario import scenario
    >>> price = scenario("aluminium").criteria["power_price"]
    >>> round(value_for_score(price, {"points": [[0.40, 1.0], [0.65, 0.0]], "scale": "linear"}, 0.6, 0.5), 6)
    0.525
    """
    if criterion.fuzzy is not None or criterion.logistic is not None:
        return _on_curve(criterion, value, wanted)
    return _on_line(record["points"], record.get("scale") == "log", value, wanted)


def _on_line(points: Sequence[Sequence[float]], log: bool, value: float, wanted: float) -> float | None:
    """Return the nearest point at which a broken line has the height `wanted`."""
    places = np.array([point[0] for point in points], dtype=np.float64)
    heights = [float(point[1]) for point in points]
    start = value
    if log:
        places, start = np.log10(places), float(np.log10(max(value, 1e-300)))
    found = []
    for (x0, s0), (x1, s1) in pairwise(zip(places.tolist(), heights, strict=True)):
        if min(s0, s1) <= wanted <= max(s0, s1) and s0 != s1:
            found.append(x0 + (wanted - s0) / (s1 - s0) * (x1 - x0))
    if not found:
        return None
    nearest = min(found, key=lambda x: abs(x - start))
    return float(10**nearest) if log else float(nearest)


def _on_curve(criterion: Criterion, value: float, wanted: float) -> float | None:
    """Walk from the value towards the better end of the curve, or its peak; then halve the step that was too long."""
    curve = criterion.fuzzy or criterion.logistic
    if curve is None:
        return None

    def height(x: float) -> float:
        # as in a draw: what cannot be below 0 counts as 0 there
        return float(drawn_score(criterion, np.array([x]))[0])

    near, far = value, _far_side(curve.shown_at, curve.scores(curve.shown_at), value)
    for _ in range(DOUBLINGS):
        if height(far) >= wanted:
            break
        near, far = far, far + 2 * (far - value)
    else:
        return None
    for _ in range(HALVINGS):
        middle = (near + far) / 2
        near, far = (near, middle) if height(middle) >= wanted else (middle, far)
    return max(far, 0.0) if criterion.fuzzy is not None and criterion.fuzzy.from_zero else far


def _far_side(shown: FloatArray, heights: FloatArray, value: float) -> float:
    """Return the peak of a curve that has one in the middle, else a place one width of the curve beyond the value."""
    best = int(np.argmax(heights))
    if 0 < best < len(shown) - 1:
        return float(shown[best])
    width = float(shown[-1] - shown[0])
    return value + width if best else value - width
