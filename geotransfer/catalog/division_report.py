"""What a join of a table to today's divisions did with each row, in words and counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from geotransfer.catalog.division_history import KINDS
from geotransfer.errors import InputError
from geotransfer.types import Text

__all__ = ["STATUSES", "DivisionReport"]

STATUSES: Mapping[str, Text] = {
    "placed": Text(zh="与今日区划一致", en="today's divisions as they are"),
    "changed": Text(zh="有变更,已对应到今日区划", en="changed since, one division today"),
    "split": Text(zh="已分属多个今日区划,未放置", en="divided among several since, not placed"),
    "ambiguous": Text(zh="可能是多个区划,未放置", en="may be several, not placed"),
    "conflict": Text(zh="名称与代码不符,未放置", en="name and code contradict, not placed"),
    "unmatched": Text(zh="未找到,未放置", en="not found, not placed"),
}
"""Status of a row -> as the report says it."""
OPEN = ("split", "ambiguous", "conflict", "unmatched")
HOWS: Mapping[str, Text] = {
    "adcode": Text(zh="代码", en="adcode"),
    "adcode and name": Text(zh="代码和名称", en="adcode and name"),
    "adcode, name nearly": Text(zh="代码,名称截断或差一字", en="adcode; name cut off or one character off"),
    "full name": Text(zh="全称", en="full name"),
    "short name": Text(zh="简称", en="short name"),
    "qualified name": Text(zh="带省市的名称", en="qualified name"),
    "other suffix": Text(zh="后缀不同(县/市/区)", en="other suffix (县/市/区)"),
    "pinyin": Text(zh="拼音或英文", en="pinyin or English"),
    "pinyin without suffix": Text(zh="不带后缀的拼音", en="pinyin without suffix"),
    "pinyin, other suffix": Text(zh="拼音,后缀不同", en="pinyin, other suffix"),
}
"""How a row was matched -> as the report says it."""
TITLES = {
    "rows": Text(zh="行", en="rows"),
    "how": Text(zh="匹配方式", en="matched by"),
    "provinces": Text(zh="省名按相近者读作", en="provinces read as the nearest name"),
    "unknown": Text(zh="省名不识", en="provinces not known"),
    "changes": Text(zh="变更", en="changes"),
    "repeated": Text(zh="多行指同一区划", en="divisions named by several rows"),
    "more": Text(zh="其余 {} 行见 report.rows", en="{} more rows in report.rows"),
    "kinds": Text(zh="种类", en="kinds"),
}


@dataclass(frozen=True, eq=False)
class DivisionReport:
    """What became of each row of a table that was joined to today's divisions.

    Attributes
    ----------
    rows : DataFrame
        One row per row of the table, same index: ``given`` (name, code), ``status``, ``how``, ``was`` (the division
        meant, with its years), ``adcode`` and ``name`` of today, ``change`` and ``candidates``.
    provinces : mapping
        Spelling of a province that is no known name -> (the one it was read as, likeness 0-100); ("", 0) where none
        is near enough.
    """

    rows: pd.DataFrame
    provinces: Mapping[str, tuple[str, float]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """Rows per status, all six; they add up to the rows of the table."""
        found = self.rows["status"].value_counts()
        return {status: int(found.get(status, 0)) for status in STATUSES}

    @property
    def repeated(self) -> pd.DataFrame:
        """Rows that name a division which another row names too."""
        named = self.rows[self.rows["was"] != ""]
        return named[named["was"].duplicated(keep=False)].sort_values("was", kind="stable")

    def summary(self, language: str = "zh", *, limit: int = 10) -> str:
        """Return the report as text: counts, ways of matching, and the rows that need a look.

        Parameters
        ----------
        language : {"zh", "en"}
        limit : int
            Most rows shown per section.

        Raises
        ------
        InputError
            Another language.
        """
        if language not in ("zh", "en"):
            raise InputError(f"language is {language!r}, expected 'zh' or 'en'")
        lines = [f"{len(self.rows)} {_say(TITLES['rows'], language)}"]
        lines += [f"  {n:>6}  {_say(STATUSES[status], language)}" for status, n in self.counts.items() if n]
        lines += self._ways(language)
        for given, (name, likeness) in self.provinces.items():
            title = _say(TITLES["provinces" if name else "unknown"], language)
            lines.append(f"{title}: {given}" + (f" > {name} ({likeness:.0f})" if name else ""))
        for status in OPEN:
            lines += self._section(_say(STATUSES[status], language), self.rows[self.rows["status"] == status],
                                   "candidates", language, limit)  # fmt: skip
        changed = self.rows[self.rows["status"] == "changed"]
        changed = changed.assign(change=[_changes_in(text, language) for text in changed["change"]])
        lines += self._section(_say(STATUSES["changed"], language), changed, "change", language, limit)
        lines += self._section(_say(TITLES["repeated"], language), self.repeated, "was", language, limit)
        return "\n".join(lines)

    def _ways(self, language: str) -> list[str]:
        ways = self.rows.loc[self.rows["how"] != "", "how"].value_counts()
        if ways.empty:
            return []
        shown = [f"{_say(HOWS[str(how)], language)} {n}" for how, n in ways.items()]
        return [f"{_say(TITLES['how'], language)}: {', '.join(shown)}"]

    @staticmethod
    def _section(title: str, rows: pd.DataFrame, column: str, language: str, limit: int) -> list[str]:
        if rows.empty or limit < 1:
            return []
        shown = rows.head(limit)
        lines = [f"{title}: {len(rows)}"]
        lines += [f"  {label} {g}: {text or '-'}" for label, g, text in zip(
            shown.index, shown["given"], shown[column], strict=True)]  # fmt: skip
        left = len(rows) - len(shown)
        return [*lines, f"  {_say(TITLES['more'], language).format(left)}"] if left else lines


def _changes_in(text: str, language: str) -> str:
    """Return the changes with their kinds in the language; the table has them in English."""
    kinds = {kind.en: kind.as_dict()[language] for kind in KINDS.values()}
    return re.sub(r"(?<=\d{4} )[a-z ]+(?=:)", lambda found: kinds.get(found.group(), found.group()), text)


def _say(text: Text, language: str) -> str:
    return text.as_dict()[language]
