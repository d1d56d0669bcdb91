"""How the weights of a scenario are drawn: around the given ones, between limits, in an order."""

from __future__ import annotations

from dataclasses import dataclass

from geotransfer.errors import InputError
from geotransfer.mcda.weight_draws import WeightLaw
from geotransfer.spec.scenario import Scenario

__all__ = ["DrawnWeights", "check_weight_law", "drawn_weights"]


@dataclass(frozen=True)
class DrawnWeights:
    """The law of the weights of the weighted criteria, in the words of `WeightLaw.of`."""

    weights: list[float] | None = None
    concentration: float | None = None
    limits: list[tuple[float, float]] | None = None
    order: list[int] | None = None

    @property
    def words(self) -> str:
        """What run.json calls it."""
        if self.limits is None and self.order is None:
            return "around the given ones"
        return "within limits" if self.order is None else "in an order" if self.limits is None else "both"

    def law(self, n: int) -> WeightLaw:
        """Return the law of `n` weights.

        Raises
        ------
        InputError
            No weights fit.
        """
        return WeightLaw.of(
            n, weights=self.weights, concentration=self.concentration, limits=self.limits, order=self.order
        )


def drawn_weights(scenario: Scenario) -> DrawnWeights:
    """Return how the weights of the weighted criteria are drawn, in the order of ``scenario.weighted``."""
    spec, names = scenario.robustness, scenario.weighted
    if not spec.limits and not spec.order:
        weights = scenario.weights
        return DrawnWeights([weights[name] for name in names], spec.concentration)
    limits = [spec.limits.get(name, (0.0, 1.0)) for name in names] if spec.limits else None
    return DrawnWeights(limits=limits, order=[names.index(name) for name in spec.order] or None)


def check_weight_law(scenario: Scenario) -> None:
    """Raise `InputError` where limits or an order of weights name no weighted criterion or contradict themselves.

    Keys that say what is to be drawn, without any draws, are refused too: they would be ignored in silence.
    """
    spec, names = scenario.robustness, scenario.weighted
    asked = [key for key in ("limits", "order", "sensitivity_samples") if getattr(spec, key)]
    if asked and spec.draws == 0:
        raise InputError(f"robustness.{asked[0]} is given but robustness.draws is 0; set draws, for example 2000")
    if not spec.limits and not spec.order:
        return
    strange = sorted({*spec.limits, *spec.order} - set(names))
    if strange or len(set(spec.order)) < len(spec.order):
        raise InputError(
            f"robustness.limits and order name {', '.join(strange) or 'a criterion twice'}; expected weighted "
            f"criteria, each once: {', '.join(names)}"
        )
    try:
        drawn_weights(scenario).law(len(names))
    except InputError as error:
        told = ", ".join(f"{name} {list(ends)}" for name, ends in spec.limits.items())
        raise InputError(f"robustness limits ({told or 'none'}), order {list(spec.order)}: {error}") from error
