"""A study whose rules leave no zone room: which rule does it."""

from __future__ import annotations

import numpy as np

from geotransfer.errors import InputError
from geotransfer.inputs.zones import Zones
from geotransfer.spec.scenario import Scenario
from geotransfer.study.evaluate import Areas
from geotransfer.types import FloatArray

__all__ = ["check_room_left"]

NOT_A_RULE = ("", "too_small", "nodata")


def check_room_left(scenario: Scenario, zones: Zones, areas: Areas) -> None:
    """Raise `InputError` where rules leave no administrative zone room, and say which.

    Of a user's own places each gets its answer, also where all of them are excluded.

    Parameters
    ----------
    scenario, zones, areas
        Of the run.
    """
    failed = np.array(areas.failed_by, dtype=object)
    by_rule = ~np.isin(failed, NOT_A_RULE)
    if zones.own or not by_rule.any() or np.isin(failed, ("", "nodata")).any():
        return
    studied = float(areas.with_data[by_rule].sum())
    removed = {name: float(area[by_rule].sum()) for name, area in areas.in_order.items()}
    alone = [name for name, area in areas.alone.items() if _leaves_no_room(area, areas, scenario)]
    culprit = f"{_listed(alone)} alone leaves none; " if alone else ""
    ledger = ", ".join(f"{name} {area:,.1f}" for name, area in removed.items() if abs(area) > 0)
    raise InputError(
        f"the rules leave no zone room (at least {scenario.room.area_km2:g} km2 and {scenario.room.share:.0%} of it): "
        f"{culprit}of {studied:,.1f} km2 they remove in order, in km2: {ledger}; correct the limit or the unit of the "
        "rule, or room"
    )


def _leaves_no_room(alone_km2: FloatArray, areas: Areas, scenario: Scenario) -> bool:
    """Return whether a rule by itself leaves no zone what a zone needs."""
    needed = np.maximum(scenario.room.area_km2, scenario.room.share * areas.total)
    return bool((areas.with_data - alone_km2 < np.maximum(needed, 1e-9)).all())


def _listed(names: list[str]) -> str:
    return f"rule {names[0]!r}" if len(names) == 1 else f"each of the rules {', '.join(map(repr, names))}"
