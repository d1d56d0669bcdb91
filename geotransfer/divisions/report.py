"""What a join of a table to today's divisions did with each row, in words and counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from geotransfer.divisions.history import KINDS
from geotransfer.errors import InputError
from geotransfer.types import Text

__all__ = ["ROWS", "STATUSES", "DivisionReport", "changes_in", "check_language", "notes_in"]

ROWS = (
    "given", "status", "how", "was", "adcode", "name", "change", "candidates", "note", "stray", "other_level",
)  # fmt: skip
"""Columns of a report."""

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
    "more": Text(zh="其余 {} 行见 report.rows,命令行用 --limit 或 -o", en="{} more rows in report.rows; --limit or -o"),
    "stray": Text(zh="代码不在任何名录中,只按名称查找", en="codes that no list has; the name alone counts"),
    "other level": Text(
        zh="{n} 行的名称属于{level},不在所查级别之内:若应放置,加 --level county --level {key}",
        en="{n} rows name a {key}, which was not asked for: to place them add --level county --level {key}",
    ),
    "only": Text(
        zh="{n} 行的名称属于{level},不在所查级别之内:改用 --level {key}",
        en="{n} rows name a {key}, which was not asked for: --level {key}",
    ),
    "empty": Text(zh="(空)", en="(empty)"),
}
LEVELS: Mapping[str, Text] = {
    "province": Text(zh="省级", en="province"),
    "prefecture": Text(zh="地级", en="prefecture"),
    "county": Text(zh="县级", en="county"),
}
NOTES: Mapping[str, Text] = {
    "stray": Text(zh="代码 {} 不在任何名录中", en="adcode {} is in no list of codes"),
    "level": Text(zh="属于{},不在所查级别之内", en="is a {}, which was not asked for"),
}


@dataclass(frozen=True, eq=False)
class DivisionReport:
    """What became of each row of a table that was joined to today's divisions.

    Attributes
    ----------
    rows : DataFrame
        One row per row of the table, same index: ``given`` (name, code), ``status``, ``how``, ``was`` (the division
        meant, with its years), ``adcode`` and ``name`` of today, ``change``, ``candidates``, ``note``, ``stray`` (a
        code that no list has) and ``other_level`` (what level the name is of, where that was not asked for).
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
        check_language(language)
        lines = [f"{len(self.rows)} {_say(TITLES['rows'], language)}"]
        lines += [f"  {n:>6}  {_say(STATUSES[status], language)}" for status, n in self.counts.items() if n]
        lines += [*self._ways(language), *self._other_levels(language)]
        for given, (name, likeness) in self.provinces.items():
            title = _say(TITLES["provinces" if name else "unknown"], language)
            lines.append(f"{title}: {given}" + (f" > {name} ({likeness:.0f})" if name else ""))
        for status in OPEN:
            lines += self._section(_say(STATUSES[status], language), self.rows[self.rows["status"] == status],
                                   "candidates", language, limit)  # fmt: skip
        stray = self.rows[self.rows["stray"] != ""]
        lines += self._section(_say(TITLES["stray"], language), stray, "was", language, limit)
        changed = self.rows[self.rows["status"] == "changed"]
        changed = changed.assign(change=[changes_in(text, language) for text in changed["change"]])
        lines += self._section(_say(STATUSES["changed"], language), changed, "change", language, limit)
        lines += self._section(_say(TITLES["repeated"], language), self.repeated, "was", language, limit)
        return "\n".join(lines)

    def _ways(self, language: str) -> list[str]:
        ways = self.rows.loc[self.rows["how"] != "", "how"].value_counts()
        if ways.empty:
            return []
        shown = [f"{_say(HOWS[str(how)], language)} {n}" for how, n in ways.items()]
        return [f"{_say(TITLES['how'], language)}: {', '.join(shown)}"]

    def _other_levels(self, language: str) -> list[str]:
        lines = []
        for key, n in self.rows.loc[self.rows["other_level"] != "", "other_level"].value_counts().items():
            title = TITLES["only" if n == len(self.rows) else "other level"]
            lines.append(_say(title, language).format(n=n, level=_say(LEVELS[str(key)], language), key=key))
        return lines

    @staticmethod
    def _section(title: str, rows: pd.DataFrame, column: str, language: str, limit: int) -> list[str]:
        if rows.empty or limit < 1:
            return []
        shown = rows.head(limit)
        lines = [f"{title}: {len(rows)}"]
        blank = _say(TITLES["empty"], language)
        lines += [f"  {label} {g or blank}: {text or '-'}" for label, g, text in zip(
            shown.index, shown["given"], shown[column], strict=True)]  # fmt: skip
        left = len(rows) - len(shown)
        return [*lines, f"  {_say(TITLES['more'], language).format(left)}"] if left else lines


def check_language(language: str) -> None:
    """Raise `InputError` for a language other than "zh" and "en"."""
    if language not in ("zh", "en"):
        raise InputError(f"language is {language!r}, expected 'zh' or 'en'")


def changes_in(text: str, language: str) -> str:
    """Return the changes with their kinds in the language; the table has them in English.

    Examples
    --------
    >>> changes_in("2013 county to district: 632123 乐都县 > 630202 乐都区", "zh")
    '2013 撤县设区: 632123 乐都县 > 630202 乐都区'
    """
    if language == "en" or not text:
        return text
    kinds = {kind.en: kind.as_dict()[language] for kind in KINDS.values()}
    return re.sub(r"(?<=\d{4} )[a-z ]+(?=:)", lambda found: kinds.get(found.group(), found.group()), text)


def notes_in(stray: str, other_level: str, language: str) -> str:
    """Return what is to be noted of a row: a code that no list has, a name of another level.

    Examples
    --------
    >>> notes_in("999999", "", "en"), notes_in("", "prefecture", "zh")
    ('adcode 999999 is in no list of codes', '属于地级,不在所查级别之内')
    """
    parts = [_say(NOTES["stray"], language).format(stray)] if stray else []
    if other_level:
        parts.append(_say(NOTES["level"], language).format(_say(LEVELS[other_level], language)))
    return "; ".join(parts)


def _say(text: Text, language: str) -> str:
    return text.as_dict()[language]
