"""The names of China's provincial units as tables write them: official, short, English."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from geotransfer.errors import UnknownNameError

__all__ = ["OFFICIAL", "official_names", "province_spellings"]

ENGLISH = {
    "北京市": "Beijing", "天津市": "Tianjin", "河北省": "Hebei", "山西省": "Shanxi", "内蒙古自治区": "Inner Mongolia",
    "辽宁省": "Liaoning", "吉林省": "Jilin", "黑龙江省": "Heilongjiang", "上海市": "Shanghai", "江苏省": "Jiangsu",
    "浙江省": "Zhejiang", "安徽省": "Anhui", "福建省": "Fujian", "江西省": "Jiangxi", "山东省": "Shandong",
    "河南省": "Henan", "湖北省": "Hubei", "湖南省": "Hunan", "广东省": "Guangdong", "广西壮族自治区": "Guangxi",
    "海南省": "Hainan", "重庆市": "Chongqing", "四川省": "Sichuan", "贵州省": "Guizhou", "云南省": "Yunnan",
    "西藏自治区": "Tibet", "陕西省": "Shaanxi", "甘肃省": "Gansu", "青海省": "Qinghai", "宁夏回族自治区": "Ningxia",
    "新疆维吾尔自治区": "Xinjiang", "台湾省": "Taiwan", "香港特别行政区": "Hong Kong", "澳门特别行政区": "Macau",
}  # fmt: skip
OFFICIAL = tuple(ENGLISH)
"""Official names in the order of the adcodes."""
ALSO = {"xizang": "西藏自治区", "macao": "澳门特别行政区", "neimenggu": "内蒙古自治区", "innermongol": "内蒙古自治区"}
ENDINGS = ("特别行政区", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省", "市")


def official_names(names: Iterable[object]) -> list[str]:
    """Return the official name of each province.

    Parameters
    ----------
    names : iterable
        Official, short or English names, in any case.

    Raises
    ------
    UnknownNameError
        A name that is none of the 34 provincial units; the message lists all such names.

    Examples
    --------
    >>> official_names(["Inner Mongolia", "广西", "上海市"])
    ['内蒙古自治区', '广西壮族自治区', '上海市']
    """
    known = province_spellings()
    given = [_plain(name) for name in names]
    unknown = sorted(set(given) - set(known))
    if unknown:
        near = [match for name in unknown for match in get_close_matches(name, known, n=1)]
        hint = f"; did you mean {', '.join(known[name] for name in near)}" if near else ""
        raise UnknownNameError(
            f"no provincial unit of China is called {', '.join(map(repr, unknown))}{hint}; use names such as 山东省, "
            "山东 or Shandong, and leave sums (全国, China, regions) out"
        )
    return [known[name] for name in given]


def _plain(name: object) -> str:
    return "".join(str(name).split()).lower()


def province_spellings() -> dict[str, str]:
    """Return every spelling of a province that is read, in lower case without spaces -> the official name.

    Examples
    --------
    >>> province_spellings()["innermongolia"], province_spellings()["广西"]
    ('内蒙古自治区', '广西壮族自治区')
    """
    short = {official: _short(official) for official in ENGLISH}
    return (
        {official: official for official in ENGLISH}
        | {name: official for official, name in short.items()}
        | {_plain(english): official for official, english in ENGLISH.items()}
        | ALSO
    )


def _short(official: str) -> str:
    return next(official.removesuffix(ending) for ending in ENDINGS if official.endswith(ending))
