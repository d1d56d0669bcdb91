"""What a scenario may not do with its criteria: count a fact twice, or draw an assumption as if it were known."""

from __future__ import annotations

from geotransfer.catalog.entries import layer_entry, layer_ids
from geotransfer.catalog.modelled import layer_inputs
from geotransfer.errors import InputError
from geotransfer.spec.criteria import RasterSource
from geotransfer.spec.scenario import Scenario

__all__ = ["check_criteria"]


def check_criteria(scenario: Scenario) -> None:
    """Raise `InputError` where weighted criteria do not go together.

    A criterion and a layer it is computed from count the same fact twice: sun, wind and the cost of both weighted
    together once put 42 of the top 50 counties into one high province. ``allow_overlap = true`` allows it, and run.json
    says so. With draws, a criterion from a layer that is an assumption must say how far it may be wrong.
    """
    layers = _weighted_layers(scenario)
    if not scenario.allow_overlap:
        _check_overlap(
            {name: layer for name, layer in layers.items() if isinstance(scenario.criteria[name].source, RasterSource)}
        )
    if scenario.robustness.draws:
        for name, layer in layers.items():
            if layer_entry(layer).quality == "assumption" and scenario.criteria[name].error is None:
                raise InputError(
                    f"criterion {name!r} comes from the layer {layer}, which is an assumption; give "
                    f"criteria.{name}.error (its scope, and standard_error or low and high; "
                    "standard_error = 0 takes it as exact), or set robustness.draws=0"
                )


def _weighted_layers(scenario: Scenario) -> dict[str, str]:
    layers = {name: getattr(scenario.criteria[name].source, "layer", None) for name in scenario.weighted}
    known = layer_ids()
    # a layer that does not exist is named where it is read
    return {name: layer for name, layer in layers.items() if layer in known}


def _check_overlap(layers: dict[str, str]) -> None:
    for name, layer in layers.items():
        for other, made_of in layers.items():
            if layer in layer_inputs(made_of):
                raise InputError(
                    f"criteria {name!r} (layer {layer}) and {other!r} (layer {made_of}) are both weighted, and "
                    f"{made_of} is computed from {layer}: the same fact would count twice; set one weight to 0, or "
                    "allow_overlap=true"
                )
