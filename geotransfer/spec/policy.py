"""What kind of industry a scenario moves, on which day, and the user's own lists of places."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from geotransfer.industry.policy_tables import PolicyKind
from geotransfer.spec.base import Model

__all__ = ["POLICY_COLUMNS", "SPECIAL_AREA", "PolicySource", "PolicySpec", "with_special_area_bonus"]

POLICY_COLUMNS = ("policy_direction", "policy_special_area")
"""What a ranking says of each zone's policy."""
LOOKED_UP = datetime.date(2026, 11, 25)
"""The day the shipped tables were last looked up: the default day, so that a run is the same on every day."""
SPECIAL_AREA = "special_area_bonus"
"""Identifier of the criterion that the bonus adds."""
BONUS_CRITERION: Mapping[str, Any] = {
    "title": {"zh": "政策", "en": "policy: special area"},
    "group": "policy",
    "unit": "1",
    "worst": 0.0,
    "best": 1.0,
    "source": {"kind": "policy", "quantity": "special_area"},
    "why": {
        "zh": "2022 年《关于促进制造业有序转移的指导意见》鼓励革命老区、边境地区等特殊类型地区承接特色产业。"
        "名单不全:0 表示未列出,不等于不是。",
        "en": "The opinion of 2022 encourages old revolutionary bases, border areas and the like to take in industry "
        "that suits them. The lists are incomplete: 0 means not listed, which is not the same as not being one.",
    },
}


class PolicySpec(Model):
    """What policy is looked up for.

    Attributes
    ----------
    kind : str
        Kind of industry in the opinion of 2022.
    industry : tuple of str
        Its names in the lists of the state, compared with whole items (电解铝, 铝冶炼).
    date : date
        The day for which editions and the rows of lists count.
    lists : tuple of str
        The user's own lists, CSV files; a place that is banned there is excluded.
    special_area_bonus : float
        Weight of the criterion 政策 (1 in a listed special area, else 0); 0 switches it off.
    """

    kind: PolicyKind
    industry: tuple[str, ...] = ()
    date: datetime.date = LOOKED_UP
    lists: tuple[str, ...] = ()
    special_area_bonus: float = Field(default=0.0, ge=0, le=1e6, allow_inf_nan=False)


class PolicySource(Model):
    """The scenario's `policy`: 1 in a special area that the lists name, 0 where they do not (they are incomplete)."""

    kind: Literal["policy"]
    quantity: Literal["special_area"]


def with_special_area_bonus(values: Any) -> Any:
    """Return a scenario's plain values with the criterion that ``policy.special_area_bonus`` asks for, and only then.

    Examples
    --------
    >>> plain = {"policy": {"kind": "energy_intensive", "special_area_bonus": 0.1}, "criteria": {}}
    >>> with_special_area_bonus(plain)["criteria"]["special_area_bonus"]["weight"]
    0.1
    """
    if not isinstance(values, dict) or not isinstance(values.get("criteria"), dict):
        return values
    policy = values.get("policy")
    weight = policy.get("special_area_bonus", 0) if isinstance(policy, dict) else 0
    others = {name: criterion for name, criterion in values["criteria"].items() if name != SPECIAL_AREA}
    # what is no number is refused where the key is read
    if isinstance(weight, int | float) and weight > 0:
        others[SPECIAL_AREA] = {**BONUS_CRITERION, "weight": weight}
    return {**values, "criteria": others}
