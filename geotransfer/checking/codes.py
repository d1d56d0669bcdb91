"""Whether the codes of divisions in a layer or table are those of today."""

from __future__ import annotations

import pandas as pd

from geotransfer.checking.report import Finding, warning
from geotransfer.divisions.columns import division_columns
from geotransfer.divisions.history import division_history
from geotransfer.divisions.today import plain_text, today_index
from geotransfer.types import Text

__all__ = ["code_findings"]

SIX = 6
DISTRICTS = "01"
"""A city's code with 01 at its end is that of all its districts (市辖区)."""


def code_findings(table: pd.DataFrame) -> list[Finding]:
    """Return how many codes are of another year, are in no list, or are missing, where a column holds codes.

    A column counts whose header says so and of which at least half of the cells are six digits that a division has or
    has had; columns of own numbers are none.

    Examples
    --------
    >>> code_findings(pd.DataFrame({"adcode": ["640121", "632123", "999999"]}))[0].what.en
    "column 'adcode' of codes: 1 of another year, 1 in no list, e.g. 632123"
    """
    column = division_columns(table.columns).get("adcode")
    if column is None or not len(table):
        return []
    # a list in a cell is no code
    codes = [plain_text(cell) if pd.api.types.is_scalar(cell) else "" for cell in table[column]]
    missing = sum(not code.strip("0") or code == "0.0" for code in codes)
    other = [code for code in codes if code.strip("0") and code != "0.0" and not _of_today(code)]
    if not other and not missing:
        return []
    had = {unit.adcode for unit in division_history().units}
    former = [code for code in other if code in had]
    if 2 * (len(codes) - missing - len(other) + len(former)) < len(codes):
        return []
    unknown = len(other) - len(former)
    counts = [
        (len(former), "个是别年的", "of another year"),
        (unknown, "个不在任何名录中", "in no list"),
        (missing, "个空缺或为 0", "missing or 0"),
    ]
    zh = f"列“{column}”的代码:" + ",".join(f"{n} {words}" for n, words, _ in counts if n)
    en = f"column {column!r} of codes: " + ", ".join(f"{n} {words}" for n, _, words in counts if n)
    example = next(iter([*former, *other]), "")
    zh, en = (f"{zh}(如 {example})", f"{en}, e.g. {example}") if example else (zh, en)
    way = Text(
        zh="geotransfer layers divisions 按名称和年份对应到今日区划",
        en="geotransfer layers divisions joins them to today's, by name and year",
    )
    return [warning("codes", zh, en, len(other) + missing, "rows", way)]


def _of_today(code: str) -> bool:
    known = today_index().code
    return code in known or (len(code) == SIX and code.endswith(DISTRICTS) and f"{code[:4]}00" in known)
