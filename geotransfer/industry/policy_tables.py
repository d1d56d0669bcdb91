"""The policy tables of layers/policy as frozen values: editions with their dates, directions, list rows, parameters."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal, cast

import pandas as pd

from geotransfer.catalog.entries import layer_entry, shipped_bytes
from geotransfer.errors import InputError
from geotransfer.types import Text

__all__ = [
    "POLICY_KINDS", "POLICY_LAYERS", "PolicyDirection", "PolicyEdition", "PolicyKind", "PolicyRow", "TransferDirection",
    "policy_date", "policy_editions", "policy_rows", "policy_table", "transfer_directions",
]  # fmt: skip

PolicyKind = Literal["labour_intensive", "technology_intensive", "energy_intensive", "producer_services"]
PolicyDirection = Literal["encouraged", "allowed", "banned", "unknown"]
POLICY_KINDS: tuple[PolicyKind, ...] = (
    "labour_intensive", "technology_intensive", "energy_intensive", "producer_services",
)  # fmt: skip
"""Kinds of industry of the opinion of 2022: 劳动密集型, 技术密集型, 高载能, 生产性服务业."""
POLICY_LAYERS = (
    "policy-transfer-opinion", "policy-list-editions", "policy-list-rows", "policy-demonstration-zones",
    "policy-parks-yangtze-2016", "policy-special-areas", "policy-special-area-lists", "policy-parameters",
)  # fmt: skip
DIRECTION_OF_KIND: dict[str, PolicyDirection] = {
    "优先承接": "encouraged", "鼓励类": "encouraged", "逐步退出": "banned", "不再承接": "banned",
}  # fmt: skip
EXCEPTION = re.compile(r"[(\uff08].*?[)\uff09]")


@dataclass(frozen=True)
class PolicyEdition:
    """One edition of one list of the state.

    Attributes
    ----------
    list : str
        Identifier of the list.
    title, edition, note : Text
    valid_from, valid_to : date or None
        First and last day; None = not known (first) or none set (last).
    status : {"current", "superseded", "unknown"}
    completeness : {"complete", "fragment", "empty"}
        What of it is in the tables. A fragment and an empty slot are *unchecked*, which is not allowed.
    source : str
    """

    list: str
    title: Text
    edition: Text
    valid_from: date | None
    valid_to: date | None
    status: Literal["current", "superseded", "unknown"]
    completeness: Literal["complete", "fragment", "empty"]
    note: Text
    source: str

    def in_force(self, day: date) -> bool:
        """Whether it is known to hold on that day: an edition of unknown standing never is.

        Examples
        --------
        >>> west = [e for e in policy_editions() if e.list == "west_encouraged"]
        >>> [(e.edition.zh, e.in_force(date(2024, 6, 1)), e.in_force(date(2026, 6, 1))) for e in west]
        [('2020年本', True, False), ('2025年本', False, True)]
        """
        if self.status == "unknown" or self.valid_from is None or day < self.valid_from:
            return False
        if self.valid_to is None:
            return self.status == "current"
        return day <= self.valid_to

    @property
    def named(self) -> Text:
        """Title and edition."""
        return Text(zh=f"《{self.title.zh}》({self.edition.zh})", en=f"{self.title.en}, {self.edition.en}")


@dataclass(frozen=True)
class PolicyRow:
    """What an edition says of industries in one place."""

    edition: PolicyEdition
    adcode: str
    place: str
    kind: str
    items: tuple[str, ...]
    source: str

    @property
    def direction(self) -> PolicyDirection:
        """What its kind (优先承接, 鼓励类, 逐步退出, 不再承接) means for a new plant."""
        return DIRECTION_OF_KIND[self.kind]

    def names(self, words: tuple[str, ...]) -> list[str]:
        """Return the items that are one of `words`, exceptions in brackets left aside.

        An item is compared as a whole: 铝冶炼(再生铝和利用水电生产电解铝除外) is 铝冶炼, and not 电解铝.
        """
        return [item for item in self.items if EXCEPTION.sub("", item) in words]


@dataclass(frozen=True)
class TransferDirection:
    """One direction of the opinion on the orderly transfer of manufacturing of 2022."""

    part: Literal["industry", "region", "brake", "special"]
    key: str
    regions: frozenset[str]
    text: Text
    valid_from: date
    source: str


def policy_date(value: object, *, what: str) -> date:
    """Return a day given as a date or as text like 2026-11-01.

    Raises
    ------
    InputError
        It is no such day.
    """
    if isinstance(value, date):
        return value
    text = str(value).strip().replace("/", "-")
    parts = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?: 0?0:00(?::00)?)?", text)
    try:
        if parts:
            return date(*(int(part) for part in parts.groups()))
    except ValueError:
        pass
    raise InputError(f"{what} is {value!r}, expected a day such as 2026-11-01")


def policy_table(layer: str) -> pd.DataFrame:
    """Return a policy table of the catalogue, all cells as text.

    Examples
    --------
    >>> policy_table("policy-special-area-lists").loc[0, ["kind", "known", "total"]].tolist()
    ['old_revolutionary_city', '16', '20']
    """
    file = str(layer_entry(layer).file)
    return pd.read_csv(io.BytesIO(shipped_bytes(file)), dtype=str, keep_default_na=False)


@cache
def policy_editions() -> tuple[PolicyEdition, ...]:
    """Return every edition of the four lists, oldest first within a list.

    Examples
    --------
    >>> sorted({edition.list for edition in policy_editions()})
    ['foreign_investment', 'structure_directory', 'transfer_directory', 'west_encouraged']
    """
    return tuple(
        PolicyEdition(
            row["list"],
            Text(zh=row["title"], en=row["title_en"]),
            Text(zh=row["edition"], en=row["edition_en"]),
            _day(row["valid_from"]),
            _day(row["valid_to"]),
            cast(Literal["current", "superseded", "unknown"], row["status"]),
            cast(Literal["complete", "fragment", "empty"], row["completeness"]),
            Text(zh=row["note"], en=row["note_en"]),
            row["source"],
        )
        for row in policy_table("policy-list-editions").to_dict("records")
    )


@cache
def policy_rows() -> tuple[PolicyRow, ...]:
    """Return the rows of the lists that are known.

    Examples
    --------
    >>> [(row.place, row.kind) for row in policy_rows() if row.names(("电解铝",))]
    [('孝感市', '不再承接')]
    """
    editions = {(edition.list, edition.edition.zh): edition for edition in policy_editions()}
    return tuple(
        PolicyRow(
            editions[row["list"], row["edition"]],
            row["adcode"],
            row["place"],
            row["kind"],
            tuple(row["items"].split(";")),
            row["source"],
        )
        for row in policy_table("policy-list-rows").to_dict("records")
    )


@cache
def transfer_directions() -> tuple[TransferDirection, ...]:
    """Return the directions of the opinion of 2022, by industry and by region.

    Examples
    --------
    >>> [sorted(d.regions) for d in transfer_directions() if d.key == "energy_intensive" and d.part == "industry"]
    [['west']]
    """
    return tuple(
        TransferDirection(
            cast(Literal["industry", "region", "brake", "special"], row["part"]),
            row["key"],
            frozenset(filter(None, row["regions"].split(";"))),
            Text(zh=row["text"], en=row["text_en"]),
            date.fromisoformat(row["valid_from"]),
            row["source"],
        )
        for row in policy_table("policy-transfer-opinion").to_dict("records")
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
