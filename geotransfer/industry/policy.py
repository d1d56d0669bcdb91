"""What policy says of an industry in a place: encouraged, allowed, banned or unknown, and by which document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from geotransfer.errors import InputError, UnknownNameError
from geotransfer.industry.policy_areas import DivisionChain, division_chains, special_areas
from geotransfer.industry.policy_tables import (
    POLICY_KINDS,
    PolicyDirection,
    PolicyEdition,
    PolicyRow,
    policy_date,
    policy_editions,
    policy_rows,
    transfer_directions,
)
from geotransfer.types import Text

__all__ = ["policy_direction", "unchecked_lists"]

RESTRICTED = "ecology_function_county"
RESTRICTION = Text(
    zh="列入国家重点生态功能区的县:限制大规模高强度工业化城镇化,产业按县负面清单,须查该清单",
    en="county of a national key ecological function zone: large-scale industry is restricted, its own negative list "
    "decides and has to be looked at",
)
OPINION = Text(zh="《关于促进制造业有序转移的指导意见》(2022)", en="opinion on the transfer of manufacturing (2022)")


@dataclass(frozen=True)
class _Saying:
    """What one document says of one place."""

    direction: PolicyDirection
    basis: Text
    source: str


SILENT = _Saying("unknown", Text(zh="", en=""), "")


def policy_direction(
    industry: str, adcodes: Iterable[object], *, on_date: date | str, words: Sequence[str] = ()
) -> pd.DataFrame:
    """Return what the known documents say of an industry in places on a day.

    A row of a list counts where its edition is known to be in force on that day: what a superseded edition, or one of
    unknown standing, says is history and bans nothing. Where no document speaks the answer is "unknown", never
    "allowed": most lists are fragments (`unchecked_lists`).

    Parameters
    ----------
    industry : str
        Kind: "labour_intensive", "technology_intensive", "energy_intensive" or "producer_services".
    adcodes : iterable
        Of counties, prefectures or provinces; "" for a place without one.
    on_date : date or str
        The day, e.g. ``"2026-11-01"``.
    words : sequence of str, optional
        Names of the industry in the lists, e.g. ``("电解铝", "铝冶炼")``; compared with whole items.

    Returns
    -------
    DataFrame
        One row per code, in order: ``adcode``, ``direction`` ("encouraged", "allowed", "banned", "unknown"), ``basis``
        and ``basis_en`` (with the conditions, in words), ``source``, ``history`` and ``history_en``.

    Raises
    ------
    UnknownNameError
        There is no such kind of industry.
    InputError
        A code that no division has, or no day.

    Examples
    --------
    >>> found = policy_direction("energy_intensive", ["150202", "370000"], on_date="2026-11-01", words=["电解铝"])
    >>> found["direction"].tolist()
    ['encouraged', 'unknown']
    """
    if industry not in POLICY_KINDS:
        raise UnknownNameError(f"kind of industry {industry!r} is unknown, expected {', '.join(POLICY_KINDS)}")
    if isinstance(words, str):
        raise InputError(f"words is {words!r}, expected a sequence of names such as ['电解铝']")
    day = policy_date(on_date, what="on_date")
    codes = [str(code) for code in adcodes]
    named = [row for row in policy_rows() if row.names(tuple(words))]
    restricted = special_areas(codes)["kinds"].str.split(";").map(lambda kinds: RESTRICTED in kinds)
    rows = []
    for code, chain, limited in zip(codes, division_chains(codes), restricted, strict=True):
        here = [row for row in named if row.adcode in chain.codes]
        said = _said(industry, chain, [row for row in here if row.edition.in_force(day)], day, bool(limited))
        past = _history([row for row in here if not row.edition.in_force(day)], tuple(words))
        rows.append((code, said.direction, said.basis.zh, said.basis.en, said.source, past.zh, past.en))
    names = ["adcode", "direction", "basis", "basis_en", "source", "history", "history_en"]
    return pd.DataFrame(rows, columns=names)


def unchecked_lists(on_date: date | str) -> dict[str, list[PolicyEdition]]:
    """Return the lists that cannot be checked on a day, each with the editions that hold then or may hold.

    Examples
    --------
    >>> {name: [e.edition.zh for e in editions] for name, editions in unchecked_lists("2026-11-01").items()}
    {'transfer_directory': ['2018年本'], 'west_encouraged': ['2025年本'],
     'structure_directory': ['2024年本'], 'foreign_investment': ['2025年版']}
    """
    day = policy_date(on_date, what="on_date")
    found: dict[str, list[PolicyEdition]] = {edition.list: [] for edition in policy_editions()}
    complete = set()
    for edition in policy_editions():
        if edition.in_force(day) and edition.completeness == "complete":
            complete.add(edition.list)
        elif edition.in_force(day) or edition.status == "unknown":
            found[edition.list].append(edition)
    return {name: editions for name, editions in found.items() if name not in complete}


def _said(industry: str, chain: DivisionChain, rows: Sequence[PolicyRow], day: date, limited: bool) -> _Saying:
    """Return the strongest saying: a ban of a list in force, its encouragement, then the opinion of 2022."""
    for wanted in ("banned", "encouraged"):
        for row in rows:
            if row.direction == wanted:
                basis = Text(
                    zh=f"{row.edition.named.zh}:{row.place} {row.kind}", en=f"{row.edition.named.en}: {row.kind}"
                )
                return _Saying(row.direction, basis, row.source)
    if limited and industry == "energy_intensive":
        return _Saying("unknown", RESTRICTION, "policy-special-areas")
    for saying in transfer_directions():
        asked = saying.part == "industry" and saying.key == industry and day >= saying.valid_from
        if asked and chain.region in saying.regions:
            basis = Text(zh=f"{OPINION.zh}:{saying.text.zh}", en=f"{OPINION.en}: {saying.text.en}")
            return _Saying("encouraged", basis, saying.source)
    return SILENT


def _history(rows: Sequence[PolicyRow], words: tuple[str, ...]) -> Text:
    zh = [f"{row.edition.named.zh}:{row.place} {row.kind} {'、'.join(row.names(words))}" for row in rows]
    en = [f"{row.edition.named.en}: {row.place} {row.kind} {', '.join(row.names(words))}" for row in rows]
    return Text(zh=";".join(zh), en="; ".join(en))
