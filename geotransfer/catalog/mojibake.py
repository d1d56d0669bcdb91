"""Text that was read in a wrong encoding before it came here: found, named, and undone where nothing was lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import pandas as pd

from geotransfer.catalog.encodings import common_share
from geotransfer.errors import InputError

__all__ = ["Mojibake", "check_text", "find_mojibake", "text_columns", "unmangled"]

LATIN = "Latin-1"
"""Here: Windows-1252, and Latin-1 for the bytes that it leaves free."""
CERTAIN = (("GB18030", "UTF-8"), (LATIN, "UTF-8"), (LATIN, "GB18030"))
"""(read as, was): what no text looks like by chance; one is enough."""
LIKELY = (("CP950", "GB18030"), ("GB18030", "CP950"))
"""What 1 Chinese text in 1,000 looks like by chance (measured over the names of 10,991 stations and 2,400 counties)."""
LOST = ("\ufffd", "锟斤拷")
"""What is left of bytes that no encoding took: the replacement character, and that character read as GBK once more."""
MOST_TEXTS = 5_000
LEAST_COMMON = 0.85
"""Of the characters of a text that was put right; county names have 0.98."""
FALL = 0.3
"""By how much the text as it stands must be stranger than the one put right."""
REFUSED_SHARE = 0.2
"""Of the texts that are not ASCII. Below it the file is read, and `check_layer` says which texts are wrong."""


@dataclass(frozen=True)
class Mojibake:
    """Text that was read wrongly.

    Attributes
    ----------
    read_as, was : str
        The encoding it was read as, and the one it was in; `was` is "" where the characters are lost.
    count, of : int
        So many texts of those that are not ASCII.
    before, after : str
        One of them, as it stands and put right.
    """

    read_as: str
    was: str
    count: int
    of: int
    before: str
    after: str

    @property
    def share(self) -> float:
        """Of the texts that are not ASCII."""
        return self.count / self.of


def find_mojibake(texts: Iterable[object]) -> Mojibake | None:
    """Return how texts were mangled, None where they were not.

    Parameters
    ----------
    texts : iterable
        What is no text, or ASCII, is passed over; the first 5,000 others are looked at.

    Examples
    --------
    >>> found = find_mojibake(["鍖椾含", "鍗椾含", "Beijing"])
    >>> found.read_as, found.was, found.count, found.after
    ('GB18030', 'UTF-8', 2, '北京')
    >>> find_mojibake(["北京市", "亳州市", "沣西新城", "Málaga", "東京"]) is None
    True
    """
    beyond = list(islice((t for t in texts if isinstance(t, str) and not t.isascii()), MOST_TEXTS))
    lost = [text for text in beyond if any(mark in text for mark in LOST)]
    if lost:
        return Mojibake("", "", len(lost), len(beyond), lost[0], "")
    best: Mojibake | None = None
    for read_as, was in (*CERTAIN, *LIKELY):
        pairs = [(text, right) for text in beyond if (right := unmangled(text, read_as, was)) is not None]
        least = 1 if (read_as, was) in CERTAIN else max(3.0, REFUSED_SHARE * len(beyond))
        if len(pairs) >= least and (best is None or len(pairs) > best.count):
            best = Mojibake(read_as, was, len(pairs), len(beyond), *max(pairs[:50], key=lambda pair: len(pair[1])))
    return best


def unmangled(text: str, read_as: str, was: str) -> str | None:
    """Return a text put right; None where it was not mangled this way.

    A last character that was cut in the middle is lost.

    Examples
    --------
    >>> unmangled("±±¾©ÊÐ", "Latin-1", "GB18030")
    '北京市'
    >>> unmangled("北京市", "GB18030", "UTF-8") is None
    True
    """
    raw = _bytes(text, read_as)
    if raw is None or (read_as != LATIN and not _is_chinese(text)):
        return None
    right = _strictly(raw, was)
    if right is None or right == text or not _is_chinese(right):
        return None
    # the signs of Latin-1 are in the Chinese sets too: ± × ÷
    now = 0.0 if read_as == LATIN else max(common_share(text), common_share(text, "CP950"))
    then = max(common_share(right), common_share(right, "CP950"))
    if then < LEAST_COMMON or then - now < FALL:
        return None
    return right


def _bytes(text: str, encoding: str) -> bytes | None:
    try:
        if encoding != LATIN:
            return text.encode(encoding)
        return b"".join(c.encode("latin-1" if "\x80" <= c <= "\x9f" else "cp1252") for c in text)
    except UnicodeEncodeError:
        return None


def _strictly(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        # the last character of a field may have been cut; nothing else may be wrong
        if error.start < len(raw) - 3 or error.start == 0:
            return None
        return raw[: error.start].decode(encoding)


def _is_chinese(text: str) -> bool:
    """Whether all but ASCII are characters of China's scripts, and at least two of them."""
    beyond = [c for c in text if ord(c) > 0x7F]
    return len(beyond) >= 2 and all("\u3000" <= c <= "\u9fff" or "\ue000" <= c <= "\uffef" for c in beyond)


def text_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns that may hold text."""
    kinds = ((c, table[c].dtype) for c in table.columns)
    return [str(c) for c, kind in kinds if pd.api.types.is_object_dtype(kind) or pd.api.types.is_string_dtype(kind)]


def check_text(table: pd.DataFrame, *, what: str) -> None:
    """Raise when at least a fifth of a table's Chinese texts were read in a wrong encoding.

    Raises
    ------
    InputError
        The message names the right encoding, and shows one text as it stands and put right.

    Examples
    --------
    >>> check_text(pd.DataFrame({"name": ["鍖椾含", "鍗椾含"]}), what="file 'a.shp'")
    Traceback (most recent call last):
        ...
    geotransfer.errors.InputError: file 'a.shp' holds text in UTF-8 that was read as GB18030: '鍖椾含' is '北京' (2 of 2 texts); give encoding='UTF-8', or, where the file itself was saved so, geotransfer layers check FILE --convert text -o NEW
    """  # noqa: E501
    found = find_mojibake(_texts(table))
    if found is None or not found.was or found.share < REFUSED_SHARE:
        return
    raise InputError(
        f"{what} holds text in {found.was} that was read as {found.read_as}: {found.before[:20]!r} is "
        f"{found.after[:20]!r} ({found.count} of {found.of} texts); give encoding={found.was!r}, or, where the file "
        "itself was saved so, geotransfer layers check FILE --convert text -o NEW"
    )


def _texts(table: pd.DataFrame) -> Iterable[object]:
    """Return the names of the columns and their texts, a few hundred of each column."""
    yield from map(str, table.columns)
    columns = text_columns(table)
    each = max(200, MOST_TEXTS // max(1, len(columns)))
    for column in columns:
        if column != "geometry":
            values = table[column].dropna()
            # GeoJSON and Parquet have lists and objects too, which are not hashable and no text
            if values.dtype == object:
                values = values[[isinstance(value, str) for value in values]]
            yield from pd.unique(values)[:each]
