"""What a scenario may not do with its criteria: count a fact twice, or draw an assumption as if it were known."""

from __future__ import annotations

from geotransfer.catalog.entries import layer_entry, layer_ids
from geotransfer.catalog.modelled import layer_inputs
from geotransfer.errors import InputError
from geotransfer.spec.aggregation import Promethee
from geotransfer.spec.criteria import Criterion, RasterSource, TableSource
from geotransfer.spec.freight import FreightSource
from geotransfer.spec.power import PowerSource
from geotransfer.spec.scenario import Scenario
from geotransfer.study.weight_law import check_weight_law

__all__ = ["check_criteria"]


def check_criteria(scenario: Scenario) -> None:
    """Raise `InputError` where weighted criteria do not go together.

    A criterion and a layer it is computed from count the same fact twice: sun, wind and the cost of both weighted
    together once put 42 of the top 50 counties into one high province. ``allow_overlap = true`` allows it, and run.json
    says so. With draws, a criterion that is an assumption must say how far it may be wrong.
    """
    check_weight_law(scenario)
    how = scenario.aggregation
    if scenario.robustness.draws and isinstance(how, Promethee) and how.preference == "gaussian":
        raise InputError(
            "the gaussian preference of PROMETHEE compares all pairs again in every draw; set robustness.draws=0, or "
            "aggregation.preference to 'usual' or 'linear'"
        )
    weighted = {name: scenario.criteria[name] for name in scenario.weighted}
    if not scenario.allow_overlap:
        _check_overlap(weighted, scenario)
    if scenario.robustness.draws:
        for name, criterion in weighted.items():
            if criterion.error is None and (what := _assumption(criterion)):
                raise InputError(
                    f"criterion {name!r} comes from {what}, which is an assumption; give criteria.{name}.error (its "
                    "scope, and standard_error or low and high; standard_error = 0 takes it as exact), or set "
                    "robustness.draws=0"
                )


def _assumption(criterion: Criterion) -> str:
    """Return what the criterion is made of that is an assumption, or ""."""
    if isinstance(criterion.source, FreightSource):
        return "the freight rates"
    if isinstance(criterion.source, PowerSource):
        quantity = criterion.source.quantity
        return "" if quantity.startswith("co2") else f"the power tables ({quantity})"
    layer = getattr(criterion.source, "layer", None)
    # a layer that does not exist is named where it is read
    return f"the layer {layer}" if layer in layer_ids() and layer_entry(layer).quality == "assumption" else ""


def _check_overlap(weighted: dict[str, Criterion], scenario: Scenario) -> None:
    own = {name: _own_layers(criterion, scenario) for name, criterion in weighted.items()}
    made_of = {name: layers.union(*map(layer_inputs, layers)) for name, layers in own.items()}
    for name, layers in own.items():
        for other in own:
            twice = sorted(layers & made_of[other])
            if (
                name != other
                and twice
                and (layers != own[other] or isinstance(weighted[name].source, PowerSource | FreightSource))
            ):
                raise InputError(
                    f"criteria {name!r} ({_what(weighted[name])}) and {other!r} ({_what(weighted[other])}) are both "
                    f"weighted, and both rest on {', '.join(twice)}: the same fact would count twice; set one weight "
                    "to 0, or allow_overlap=true"
                )


def _own_layers(criterion: Criterion, scenario: Scenario) -> frozenset[str]:
    """Return the layers whose values a criterion is made of in one step."""
    source = criterion.source
    if isinstance(source, RasterSource | TableSource):
        return frozenset({source.layer} if source.layer else ())
    if isinstance(source, FreightSource):
        return frozenset({"freight-modes"})
    if isinstance(source, PowerSource) and source.quantity != "price":
        return frozenset({"hydro" if source.quantity == "dry_shortfall" else "grid-emission-factors"})
    if isinstance(source, PowerSource) and scenario.power is not None:
        green = scenario.power.green_layer
        return frozenset({"coal-benchmark-tariff", *([green] if green else [])})
    return frozenset()


def _what(criterion: Criterion) -> str:
    source = criterion.source
    if isinstance(source, PowerSource | FreightSource):
        return f"{source.kind}, {source.quantity}"
    return f"layer {getattr(source, 'layer', None)}"
