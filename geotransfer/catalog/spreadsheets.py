"""Tables as spreadsheets save them: other separators, titles, merged headers, notes; followed when told."""

from __future__ import annotations

import csv
import io
import os
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pandas as pd

from geotransfer.catalog.cells import numbers_of, parse_number
from geotransfer.catalog.encodings import table_encoding, wrong_encoding
from geotransfer.catalog.mojibake import check_text
from geotransfer.errors import InputError

__all__ = ["SheetLayout", "guess_layout", "header_names", "read_excel_csv", "sheet_rows"]

SEPARATORS = (",", "\t", ";")
NOTE = re.compile(r"^(注|备注|说明|数据来源|资料来源|来源|note|source)\s*[::.]", re.IGNORECASE)
YEAR = re.compile(r"(19|20)\d\d")
LOOKED_AT = 40
MOST_HEADER_ROWS = 3


@dataclass(frozen=True)
class SheetLayout:
    """How a spreadsheet's table is laid out.

    Attributes
    ----------
    separator : str
        "," or a tab (Excel's "Unicode text") or ";".
    skip_rows : int
        Title rows above the header.
    header_rows : int
        Rows of the header; two or three where cells were merged.
    note_rows : int
        Rows below the table (注:..., 数据来源:...).
    """

    separator: str
    skip_rows: int
    header_rows: int
    note_rows: int

    @property
    def plain(self) -> bool:
        """Whether it is one header row and commas, as `read_table` reads it."""
        return (self.separator, self.skip_rows, self.header_rows, self.note_rows) == (",", 0, 1, 0)

    @property
    def option(self) -> str:
        """As `convert_layer` takes it."""
        return (
            "sheet"
            if (self.skip_rows, self.header_rows, self.note_rows) == (0, 1, 0)
            else (f"sheet={self.skip_rows},{self.header_rows},{self.note_rows}")
        )


def sheet_rows(path: str | os.PathLike[str], *, encoding: str | None = None) -> tuple[list[list[str]], str]:
    """Return the rows of a table as text, and its separator; rows without a word are left out.

    Raises
    ------
    InputError
        The file is missing, empty, or text of another encoding.
    """
    source = Path(path)
    if not source.exists():
        raise InputError(f"file {str(path)!r} does not exist; check the path")
    raw = source.read_bytes()
    try:
        text = raw.decode(table_encoding(source, encoding)).removeprefix("\ufeff")
    except UnicodeError as error:
        raise wrong_encoding(source, raw) from error
    head = text[:20_000]
    separator = max(SEPARATORS, key=head.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InputError(f"file {str(path)!r} is no table: {error}; expected CSV with a header line") from error
    if not rows:
        raise InputError(f"file {str(path)!r} is no table: it is empty; expected CSV with a header line")
    return rows, separator


def guess_layout(rows: Sequence[Sequence[str]], separator: str = ",") -> SheetLayout:
    """Return how a table seems to be laid out; it is said, and followed only when told.

    Examples
    --------
    >>> text = "表1 产能,, 地区,产能, ,2020,2021 宁夏,1,2 注:初步数,,"
    >>> rows = [line.split(",") for line in text.replace("表1 ", "表1").split()]
    >>> guess_layout(rows)
    SheetLayout(separator=',', skip_rows=1, header_rows=2, note_rows=1)
    """
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    width = max(filled[:LOOKED_AT])
    titles = next((i for i, n in enumerate(filled) if n > 1 or width <= 1), 0)
    notes = 0
    while width > 1 and notes < len(rows) - titles - 1 and _is_note(rows[-1 - notes]):
        notes += 1
    return SheetLayout(separator, titles, _header_rows(rows[titles:]), notes)


def _is_note(row: Sequence[str]) -> bool:
    cells = [cell for cell in row if cell.strip()]
    return len(cells) == 1 and NOTE.match(unicodedata.normalize("NFKC", cells[0]).strip()) is not None


def _header_rows(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows stand above the first with a number, where the first of them has merged cells."""
    merged = any(left.strip() and not right.strip() for left, right in zip(rows[0], rows[0][1:], strict=False))
    first = next((i for i, row in enumerate(rows) if i and not _is_header(row)), 1)
    return first if merged and 1 < first <= MOST_HEADER_ROWS else 1


def _is_header(row: Sequence[str]) -> bool:
    """Return whether a row below merged cells may be a header: no number but years, and those not under the label."""
    numbers = [unicodedata.normalize("NFKC", cell).strip() for cell in row if parse_number(cell) is not None]
    return all(YEAR.fullmatch(cell) for cell in numbers) and not (numbers and row[0].strip())


def read_excel_csv(
    path: str | os.PathLike[str], *, encoding: str | None = None, skip_rows: int = 0, header_rows: int = 1,
    note_rows: int = 0,
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    r"""Read a table that a spreadsheet saved, and say what was converted.

    Numbers written as 1,234 or １２３４ or 3.5万 or 45% or (12) become numbers, merged headers become one name each
    (``产能_2020``). A column is converted only if every cell that is not empty is a number or one of the signs for none
    (-, 暂无, #N/A); else it stays text. Columns of codes (adcode, 代码 ...) stay text.

    Parameters
    ----------
    path : path
        Separated by commas, tabs (Excel's "Unicode text") or semicolons.
    encoding : str, optional
        Without it: the byte order mark, else UTF-8; else refused with the encoding it looks like.
    skip_rows, header_rows, note_rows : int
        Title rows above the header, rows of the header, rows below the table. `guess_layout` and
        ``geotransfer layers check`` say what they seem to be.

    Returns
    -------
    (DataFrame, DataFrame)
        The table; and a row for each column and kind of change: ``column``, ``kind``, ``cells``, ``example``,
        ``became``. Columns that hold some numbers and stay text are there with the kind "left as text".

    Raises
    ------
    InputError
        The file is missing, no table, or text of another encoding; a column mixes percentages and plain numbers; a
        column of codes lost digits (1.1E+11).

    Examples
    --------
    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "a.csv"
    >>> _ = file.write_text('县,产能,占比\n甲,"1,234",45%\n乙,3.5万,—\n', encoding="utf-8")
    >>> table, report = read_excel_csv(file)
    >>> table.to_numpy().tolist()
    [['甲', 1234.0, 0.45], ['乙', 35000.0, nan]]
    >>> report[["column", "kind", "example", "became"]].to_numpy().tolist()
    [['产能', 'thousands', '1,234', '1234'], ['产能', '万', '3.5万', '35000'], ['占比', '%', '45%', '0.45'], ['占比', 'missing', '—', '']]
    """  # noqa: E501
    rows, _ = sheet_rows(path, encoding=encoding)
    body = rows[skip_rows + header_rows : len(rows) - note_rows]
    if header_rows < 1 or skip_rows < 0 or note_rows < 0 or not body:
        raise InputError(
            f"skip_rows={skip_rows}, header_rows={header_rows} and note_rows={note_rows} leave no row of the "
            f"{len(rows)} of {str(path)!r}; expected at least one below the header"
        )
    header = header_names(rows[skip_rows : skip_rows + header_rows], body)
    long = next((i for i, row in enumerate(body) if any(cell.strip() for cell in row[len(header) :])), None)
    if long is not None:
        raise InputError(
            f"file {str(path)!r} has {len(body[long])} cells in data row {long + 1} and {len(header)} columns; "
            "expected as many: a comma inside a cell has to stand in quotes"
        )
    text = pd.DataFrame([(row + [""] * len(header))[: len(header)] for row in body], columns=header, dtype=object)
    check_text(text, what=f"file {str(path)!r}")
    return numbers_of(text, what=f"file {str(path)!r}")


def header_names(rows: Sequence[Sequence[str]], body: Sequence[Sequence[str]]) -> list[str]:
    """Return one name a column; a merged cell stands also for those to its right that have a name below.

    Columns at the end that have neither a name nor a value in `body` are left out.

    Examples
    --------
    >>> header_names([["地区", "产能", "", ""], ["", "2020", "2021", ""]], [["宁夏", "1", "2", ""]])
    ['地区', '产能_2020', '产能_2021']
    """
    width = max(map(len, rows))
    used = max((i + 1 for row in body for i, cell in enumerate(row[:width]) if cell.strip()), default=0)
    levels = [[unicodedata.normalize("NFKC", cell).strip() for cell in row] + [""] * (width - len(row)) for row in rows]
    for upper, lower in pairwise(levels):
        for i in range(1, width):
            if not upper[i] and lower[i]:
                upper[i] = upper[i - 1]
    names = ["_".join(dict.fromkeys(filter(None, parts))) for parts in zip(*levels, strict=True)]
    while len(names) > used and not names[-1]:
        names.pop()
    named = [name or f"column_{i + 1}" for i, name in enumerate(names)]
    return [name if named.index(name) == i else f"{name}_{named[:i].count(name) + 1}" for i, name in enumerate(named)]
