"""What each step of measuring depends on: all of the scenario but what cannot matter to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from geotransfer.inputs.layers import Inputs
from geotransfer.spatial.zonal import Coverage
from geotransfer.spec.criteria import Criterion, NearbyAreaSource
from geotransfer.spec.freight import FreightSource, FreightSpec
from geotransfer.spec.power import PowerSource, PowerSpec
from geotransfer.spec.scenario import Scenario
from geotransfer.supply.freight import FreightSupply
from geotransfer.supply.measured import Measured
from geotransfer.supply.power import PowerSupply

__all__ = ["Measuring"]

T = TypeVar("T")
JUDGING = (
    "name", "title", "question", "zone_value", "site_area_km2", "missing", "room", "allow_overlap", "weighting",
    "aggregation", "robustness", "map",
)  # fmt: skip
"""Parts of a scenario that say how values are judged, not what they are."""
PLACE = (*JUDGING, "criteria", "rules", "power", "freight", "industry", "policy", "legal_rules")
"""Parts without which the zones and their cells are still known."""
SCORING = (
    "title", "group", "unit", "weight", "why", "error", "veto", "scale", "worst", "best", "points", "fuzzy", "logistic",
    "bounds_from_data",
)  # fmt: skip
"""Parts of a criterion that say how its values are judged."""


class Measuring:
    """The steps of one run up to its values, each done once for all runs that share their work.

    The key of a step leaves out only what it is known not to use, so that a new part of a scenario is in every key
    until somebody says where it does not matter.

    Parameters
    ----------
    scenario : Scenario
        Of the run.
    inputs : Inputs
        Its doors; without shared work every step is simply done.
    """

    def __init__(self, scenario: Scenario, inputs: Inputs) -> None:
        self.scenario, self.inputs = scenario, inputs

    @cached_property
    def _values(self) -> dict[str, Any]:
        return self.scenario.model_dump(mode="json") if self.inputs.shared is not None else {}

    def coverage(self, make: Callable[[], Coverage]) -> Coverage:
        """Return the zones' cells."""
        return self.inputs.once("coverage", [_without(self._values, PLACE)], make)

    def rules(self, make: Callable[[], T]) -> T:
        """Return what the rules leave."""
        return self._once("rules", ("criteria", "power", "freight"), make)

    def power(self, make: Callable[[PowerSpec], PowerSupply]) -> PowerSupply | None:
        """Return how the plants buy their power; None where the scenario does not say."""
        spec = self.scenario.power
        unused = ("criteria", "rules", "freight", "industry", "policy")
        return None if spec is None else self._once("power", unused, lambda: make(spec))

    def freight(self, spec: FreightSpec | None, make: Callable[[FreightSpec], FreightSupply]) -> FreightSupply | None:
        """Return what the plants pay for freight; None where neither the scenario nor its industry says."""
        if spec is None:
            return None
        return self._once("freight", ("criteria", "rules", "power", "policy"), lambda: make(spec))

    def criterion(self, name: str, make: Callable[[tuple[str, Criterion]], Measured]) -> Measured:
        """Return the values of a criterion."""
        criterion = self.scenario.criteria[name]
        used = {"power": PowerSource, "freight": FreightSource, "rules": NearbyAreaSource}
        unused = [part for part, kind in used.items() if not isinstance(criterion.source, kind)]
        own = [] if not self._values else [name, _without(self._values["criteria"][name], SCORING)]
        return self._once("criterion", ("criteria", *unused), lambda: make((name, criterion)), own)

    def _once(self, name: str, unused: tuple[str, ...], make: Callable[[], T], more: list[Any] | None = None) -> T:
        parts = [_without(self._values, (*JUDGING, *unused)), *(more or [])]
        return self.inputs.once(name, parts, make)


def _without(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}
