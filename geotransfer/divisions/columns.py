"""The columns of a table that say which division a row is, by their headers."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["division_columns"]

HEADERS = {
    "adcode": ("adcode", "code", "gbcode", "gb", "行政区划代码", "区划代码", "行政代码", "县代码", "区县代码", "代码"),
    "name": (
        "name", "county", "countyname", "district", "districtname", "区县", "县区", "县", "县名", "区县名称", "县名称",
        "县市", "县市区", "地区", "地名", "名称", "行政区", "行政区划",
    ),
    "province": ("province", "provincename", "prov", "省", "省份", "省名", "省级行政区", "所属省份"),
}  # fmt: skip


def division_columns(headers: Iterable[object]) -> dict[str, str]:
    """Return which columns hold the adcode, the name and the province, as far as their headers tell.

    Capitals, spaces, underscores and a year behind the header (``GB1999``) do not matter; of two the first in
    the table counts.

    Examples
    --------
    >>> division_columns(["FID", "County name", "Province name", "GDP"])
    {'name': 'County name', 'province': 'Province name'}
    """
    found: dict[str, str] = {}
    for header in map(str, headers):
        plain = "".join(letter for letter in header.lower() if letter.isalnum()).rstrip("0123456789")
        for what, known in HEADERS.items():
            if plain in known:
                found.setdefault(what, header)
    return found
