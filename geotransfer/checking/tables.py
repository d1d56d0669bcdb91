"""What is wrong or unusual in a table: encoding, layout, numbers in a spreadsheet's dress, shifted cells, sums."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from geotransfer.catalog.cells import CODE_COLUMN, numbers_of, parse_number
from geotransfer.catalog.encodings import BYTE_ORDER_MARKS, guess_encoding
from geotransfer.catalog.mojibake import find_mojibake
from geotransfer.catalog.spreadsheets import SheetLayout, guess_layout, header_names, sheet_rows
from geotransfer.checking.report import Finding, error, warning
from geotransfer.checking.table_positions import degrees_of, is_place
from geotransfer.errors import InputError
from geotransfer.types import Text

__all__ = ["CELL_KINDS", "encoding_findings", "mojibake_findings", "table_findings"]

UNNAMED = re.compile(r"column_\d+")
SUMS = ("合计", "总计", "小计", "全国", "total", "sum")
CELL_KINDS = {
    "full-width": Text(zh="全角数字或符号", en="full-width digits or signs"),
    "spaces": Text(zh="空格", en="spaces"),
    "quoted": Text(zh='="…" 或 \' 开头', en='="..." or a leading \''),
    "brackets": Text(zh="括号表示负数", en="brackets for negative numbers"),
    "thousands": Text(zh="千位分隔符", en="separators of thousands"),
    "missing": Text(zh="表示缺数的符号", en="signs for no value"),
    "code": Text(zh="代码的写法", en="codes written otherwise"),
    "left as text": Text(zh="不是数,整列未换算", en="no numbers: the column was left as text"),
}
"""What was converted in a column, as `numbers_of` calls it -> as a report says it."""


def encoding_findings(raw: bytes, encoding: str | None) -> tuple[list[Finding], str | None]:
    """Return what there is to say of a text's encoding, and the one to read it in; None where it cannot be read."""
    if encoding is not None:
        return [], encoding
    guess = guess_encoding(raw)
    if guess is None:
        way = Text(zh="查明编码后用 --encoding 给出", en="find out the encoding, then give --encoding")
        return [error("encoding", "不是 UTF-8,也认不出编码", "not UTF-8, and no encoding fits", None, "", way)], None
    if guess.name == "UTF-8" or any(raw.startswith(mark) for mark, _ in BYTE_ORDER_MARKS):
        return [], None
    zh = f"文字不是 UTF-8 且未声明编码;像 {guess.name}(置信度 {guess.confidence:.0%}):“{guess.example}”"
    en = f"not UTF-8 and undeclared; looks like {guess.name} (confidence {guess.confidence:.0%}): {guess.example!r}"
    way = Text(zh=f"用 --encoding {guess.name}", en=f"give --encoding {guess.name}")
    return [error("encoding", zh, en, round(guess.confidence, 3), "1", way)], guess.name


def mojibake_findings(texts: Sequence[object]) -> list[Finding]:
    """Return whether texts were read in a wrong encoding before they were saved."""
    found = find_mojibake(texts)
    if found is None:
        return []
    if not found.was:
        shown = found.before[:12]
        zh, en = f"{found.count} 处文字已丢失(“{shown}”)", f"{found.count} texts are lost ({shown!r})"
        way = Text(zh="无法复原,请重新取得原文件", en="they cannot be brought back: get the original")
        return [error("text-lost", zh, en, found.count, "texts", way)]
    zh = (
        f"{found.of} 处中文中有 {found.count} 处是乱码:{found.was} 被当作 {found.read_as},“{found.before[:12]}”应为"
        f"“{found.after[:12]}”"
    )
    en = (
        f"{found.count} of {found.of} texts are {found.was} read as {found.read_as}: {found.before[:12]!r} is "
        f"{found.after[:12]!r}"
    )
    way = Text(zh="--convert text -o 新文件", en="--convert text -o NEW")
    return [error("mojibake", zh, en, found.count, "texts", way)]


def table_findings(path: Path, *, encoding: str | None = None) -> tuple[list[Finding], pd.DataFrame]:
    """Return what is wrong or unusual in a CSV table, and its cells as text; without rows where it cannot be read."""
    found, read_as = encoding_findings(path.read_bytes(), encoding)
    if found and read_as is None:
        return found, pd.DataFrame()
    rows, separator = sheet_rows(path, encoding=read_as)
    layout = guess_layout(rows, separator)
    found += _layout_findings(layout)
    end = len(rows) - layout.note_rows
    body = rows[layout.skip_rows + layout.header_rows : end]
    header = header_names(rows[layout.skip_rows : layout.skip_rows + layout.header_rows], body)
    found += _shape_findings(header, body)
    text = pd.DataFrame([(row + [""] * len(header))[: len(header)] for row in body], columns=header, dtype=object)
    found += mojibake_findings([*header, *(cell for row in body for cell in row)])
    return found + _number_findings(text, layout) + _sum_findings(text), text


def _layout_findings(layout: SheetLayout) -> list[Finding]:
    if layout.plain:
        return []
    parts_zh, parts_en = [], []
    if layout.separator != ",":
        shown = "Tab" if layout.separator == "\t" else layout.separator
        parts_zh.append(f"以 {shown} 分隔")
        parts_en.append(f"separated by {'tabs' if shown == 'Tab' else shown}")
    for count, zh, en in (
        (layout.skip_rows, "行标题", "title rows"), (layout.note_rows, "行注释", "rows of notes"),
        (layout.header_rows if layout.header_rows > 1 else 0, "行表头(有合并单元格)", "header rows (merged cells)"),
    ):  # fmt: skip
        if count:
            parts_zh.append(f"{count} {zh}")
            parts_en.append(f"{count} {en}")
    way = Text(zh=f"--convert {layout.option} -o 新文件.csv", en=f"--convert {layout.option} -o NEW.csv")
    rows = layout.skip_rows + layout.header_rows - 1 + layout.note_rows
    return [error("layout", ",".join(parts_zh), ", ".join(parts_en), rows, "rows", way)]


def _shape_findings(header: Sequence[str], body: Sequence[Sequence[str]]) -> list[Finding]:
    found = []
    long = sum(any(cell.strip() for cell in row[len(header) :]) for row in body)
    if long:
        zh, en = f"{long} 行的单元格多于表头", f"{long} rows have more cells than the header"
        way = Text(zh="含逗号的单元格须加引号", en="a comma inside a cell has to stand in quotes")
        found.append(error("long-rows", zh, en, long, "rows", way))
    unnamed = [i for i, name in enumerate(header) if UNNAMED.fullmatch(name)]
    rows = sum(any(cell.strip() for i, cell in enumerate(row) if i in unnamed) for row in body)
    if rows:
        zh, en = f"{rows} 行在没有列名的列里有值", f"{rows} rows have values in columns without a name"
        way = Text(zh="补上列名;若整行错位,请重新导出", en="name the columns; where cells are shifted, export anew")
        found.append(warning("unnamed-columns", zh, en, rows, "rows", way))
    if not body:
        found.append(error("no-rows", "表头之下没有数据", "there is no row below the header", 0, "rows"))
    return found


def _number_findings(text: pd.DataFrame, layout: SheetLayout) -> list[Finding]:
    way = Text(zh=f"--convert {layout.option} -o 新文件.csv", en=f"--convert {layout.option} -o NEW.csv")
    found: list[Finding] = []
    for column in text.columns:
        odd = [c for c in text[column] if c.strip() and parse_number(c) is None] if is_place(column) else []
        if odd and all(degrees_of(cell) is not None for cell in odd):
            found.append(_dms(column, len(odd), odd[0][:30]))
        elif odd:
            found.append(_mixed(column, text, len(odd), odd[0][:30]))
        try:
            _, report = numbers_of(text[[column]], what="the table")
        except InputError as problem:
            found.append(error("mixed-numbers", f"列“{column}”的数无法换算:{problem}", str(problem), None, ""))
            continue
        for kind, cells, example in zip(report["kind"], report["cells"], report["example"], strict=True):
            if kind == "left as text":
                found += [] if is_place(column) else [_mixed(column, text, int(cells), str(example)[:30])]
                continue
            shown = CELL_KINDS.get(str(kind), Text(zh=f"“{kind}”", en=repr(kind)))
            zh = f"列“{column}”有 {cells} 个单元格用了{shown.zh}(如 {example!r})"
            en = f"column {column!r}: {cells} cells with {shown.en}, e.g. {example!r}"
            found.append(warning("number-format", zh, en, int(cells), "cells", way))
    return found


def _dms(column: str, cells: int, example: str) -> Finding:
    zh = f"列“{column}”有 {cells} 个单元格是度分秒(如 {example!r}),应为十进制度"
    en = f"column {column!r}: {cells} cells hold degrees, minutes and seconds, e.g. {example!r}; expected decimals"
    way = Text(zh="--convert dms -o 新文件.csv", en="--convert dms -o NEW.csv")
    return error("dms", zh, en, cells, "cells", way)


def _mixed(column: str, text: pd.DataFrame, cells: int, example: str) -> Finding:
    filled = int((text[column].str.strip() != "").sum())
    zh = f"列“{column}”的 {filled} 个单元格中有 {cells} 个不是数(如 {example!r})"
    en = f"column {column!r}: {cells} of {filled} cells are no numbers, e.g. {example!r}"
    way = Text(
        zh="单位写进列名;若整行错位,请重新导出", en="put units into the header; where cells are shifted, export anew"
    )
    severity = error if is_place(column) else warning
    return severity("not-a-number", zh, en, cells, "cells", way)


def _sum_findings(text: pd.DataFrame) -> list[Finding]:
    words = [c for c in text.columns if not CODE_COLUMN.match(c) and not any(map(parse_number, text[c].head(50)))]
    sums = sum(
        any(str(cell).replace(" ", "").replace("\u3000", "").lower() in SUMS for cell in row)
        for row in text[words].itertuples(index=False, name=None)
    )
    if not sums:
        return []
    zh, en = f"{sums} 行是合计,会被重复计入", f"{sums} rows are sums of others and would count twice"
    return [warning("sum-rows", zh, en, sums, "rows", Text(zh="删去合计行", en="delete them"))]
