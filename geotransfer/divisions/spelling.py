"""Names of divisions in Latin letters: pinyin with and without tones and suffix, romanised and English names.

Two spellings are the same name where their keys are equal. The key of a name is its stem and its kind: ``Dīngyuǎn
Xiàn``, ``Dingyuan County`` and 定远县 all give ``dingyuan`` and 县.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import islice, product

import pandas as pd

from geotransfer.catalog.entries import shipped_bytes
from geotransfer.errors import MissingExtra

__all__ = ["LatinName", "is_latin", "latin_keys", "read_latin", "romanised_names", "spelt", "without_kind"]

ROMANISED_TABLE = "divisions/romanised_names.csv"
KINDS: Mapping[str, str] = {
    "zizhixian": "自治县", "zizhiqi": "自治旗", "lianheqi": "联合旗", "tequ": "特区", "xian": "县", "shi": "市",
    "qu": "区", "qi": "旗", "zuoqi": "左旗", "youqi": "右旗", "qianqi": "前旗", "houqi": "后旗", "zhongqi": "中旗",
    "linqu": "林区", "kuangqu": "矿区", "xinqu": "新区",
    "county": "县", "district": "区", "city": "市", "banner": "旗", "area": "区",
    "diqu": "地区", "zizhizhou": "自治州", "meng": "盟", "prefecture": "地区", "league": "盟",
}  # fmt: skip
"""Last word of a name -> its kind; after "autonomous" the autonomous kind."""
AUTONOMOUS = {"县": "自治县", "旗": "自治旗", "地区": "自治州"}
ABOVE = ("市", "地区", "自治州", "盟")
ENDINGS = sorted(set(KINDS.values()), key=len, reverse=True)
KEPT = frozenset(("左旗", "右旗", "前旗", "后旗", "中旗", "林区", "矿区", "新区"))
"""All but the last character belongs to the stem: 巴林左旗 and 巴林右旗 differ in nothing else."""
ENGLISH_STEMS = {
    "left": "zuo", "right": "you", "front": "qian", "rear": "hou", "back": "hou", "middle": "zhong", "new": "xin",
}  # fmt: skip
"""Last word before an English kind: Tumed Left Banner, Pudong New Area."""
WINGS = {"left": "zuoyi", "right": "youyi"}
"""Before front, middle or rear: Horqin Right Front Banner is 科尔沁右翼前旗."""
ENGLISH_KINDS = ("county", "district", "city", "banner", "area")
GLUED = ("zizhixian", "zizhiqi", "xian", "shi", "qu", "qi")
PEOPLES = frozenset((
    "hui", "tu", "zang", "yi", "miao", "dong", "tujia", "yao", "zhuang", "man", "manchu", "mongol", "mongolian",
    "uygur", "uyghur", "kazak", "kazakh", "kirgiz", "kyrgyz", "tajik", "xibe", "dai", "hani", "lahu", "va", "wa",
    "bai", "naxi", "lisu", "nu", "derung", "dulong", "blang", "bulang", "gelao", "li", "she", "korean", "chosen",
    "chaoxian", "daur", "ewenki", "evenki", "oroqen", "dongxiang", "bonan", "baoan", "salar", "yugur", "qiang",
    "buyei", "bouyei", "buyi", "shui", "sui", "mulao", "maonan", "jing", "jingpo", "pumi", "primi", "achang",
    "tibetan", "and", "multinational", "various", "nationalities", "ethnic", "ethnicities",
))  # fmt: skip
"""Peoples in the names of autonomous counties, in pinyin, as romanised and in English, and the words between."""
CHINESE_PEOPLES = re.compile(
    "(?:(?:各|蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|景颇|"
    "柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|京|"
    "塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺)族|(?<=.)(?:蒙古|哈萨克|塔吉克|锡伯))+$"
)
PLACE_READINGS: Mapping[str, tuple[str, ...]] = {
    "长": ("chang", "zhang"), "乐": ("le", "lao", "yue"), "都": ("du", "dou"), "朝": ("chao",), "荥": ("xing", "ying"),
    "筠": ("jun", "yun"), "什": ("shi",), "单": ("shan", "dan"), "莘": ("shen", "xin"), "珲": ("hun",),
    "牟": ("mu", "mou"), "棱": ("leng", "ling"), "邡": ("fang",), "浚": ("xun", "jun"), "洞": ("dong", "tong"),
    "峒": ("tong", "dong"), "殷": ("yin",), "涡": ("guo", "wo"), "蔚": ("yu", "wei"), "大": ("da", "dai"),
    "堡": ("bao", "bu", "pu"), "埔": ("pu", "bu"), "陂": ("pi", "po"), "泊": ("bo", "po"), "浒": ("hu", "xu"),
    "尾": ("wei", "yi"),
    "莎": ("sha", "suo"), "枞": ("zong", "cong"), "番": ("pan", "fan"), "铅": ("qian", "yan"), "歙": ("she", "xi"),
    "泌": ("bi", "mi"), "繁": ("fan", "po"), "峙": ("shi", "zhi"), "厦": ("xia", "sha"), "柏": ("bai", "bo"),
    "会": ("hui", "kuai"), "宿": ("su",), "尉": ("wei", "yu"), "六": ("liu", "lu"), "盖": ("gai", "ge"),
    "曾": ("zeng", "ceng"), "覃": ("qin", "tan"), "扎": ("zha", "za"), "犍": ("qian", "jian"), "蚌": ("beng", "bang"),
    "查": ("cha", "zha"), "阿": ("a", "e"), "行": ("xing", "hang"), "藏": ("zang", "cang"), "重": ("chong",),
    "芒": ("mang",), "佛": ("fo",), "台": ("tai",), "丰": ("feng",), "巷": ("xiang", "hang"), "禅": ("chan", "shan"),
    "郇": ("xun",), "沙": ("sha",), "渑": ("mian", "sheng"), "解": ("jie", "xie"), "那": ("na",), "济": ("ji",),
    "藁": ("gao",), "郧": ("yun",), "任": ("ren",), "石": ("shi",), "丽": ("li",), "葛": ("ge",), "闵": ("min",),
    "漯": ("luo", "ta"),
}  # fmt: skip
"""Characters that have another reading in names of places, or of which writers take the wrong one."""
READINGS = 12
"""Most readings of one name."""
WORD = re.compile(r"[a-z]+")
_Key = tuple[str, str]


@dataclass(frozen=True)
class LatinName:
    """A name in Latin letters, taken apart.

    Attributes
    ----------
    keys : tuple of (stem, kind)
        One for each of its names (``Kashi(Kaxgar) Shi`` has two); kind is "" where none is written.
    above : str
        Stem of the prefecture in brackets, as in ``Xinshi Qu (Wulumuqi Shi)``.
    """

    keys: tuple[_Key, ...]
    above: str = ""


def is_latin(text: str) -> bool:
    """Return whether a name is written in Latin letters.

    Examples
    --------
    >>> is_latin("Yīng Xiàn"), is_latin("应县"), is_latin("110105")
    (True, False, False)
    """
    return bool(WORD.search(_bare(text))) and not re.search(r"[\u3400-\u9fff]", text)


def read_latin(text: str) -> LatinName:
    """Take a name in Latin letters apart.

    Examples
    --------
    >>> read_latin("Dīngyuǎn Xiàn").keys, read_latin("Weichang Manchu and Mongol Autonomous County").keys
    ((('dingyuan', '县'),), (('weichang', '自治县'),))
    >>> read_latin("Xinshi Qu (Wulumuqi Shi)")
    LatinName(keys=(('xinshi', '区'),), above='wulumuqi')
    """
    bare = _bare(text)
    inside = re.findall(r"\(([^()]*)\)?", bare)
    outside = re.sub(r"\([^()]*\)?", " ", bare)
    keys, above = _keys(outside), ""
    kind = keys[0][1]
    for part in inside:
        own = _keys(part)
        if own[0][1] in ABOVE and outside.strip() and (kind or len(keys) > 1):
            above = own[0][0]
        else:
            keys += [(stem, its or kind) for stem, its in own]
    return LatinName(tuple(dict.fromkeys(key for key in keys if key[0])), above)


@cache
def latin_keys(name: str) -> tuple[_Key, ...]:
    """Return the keys of a Chinese name, one for each reading, with and without its peoples.

    Raises
    ------
    MissingExtra
        pypinyin is not installed.

    Examples
    --------
    >>> latin_keys("围场满族蒙古族自治县")
    (('weichangmanzumengguzu', '自治县'), ('weichang', '自治县'))
    """
    stem, kind = without_kind(name)
    shorter = CHINESE_PEOPLES.sub("", stem) if kind.startswith("自治") else stem
    return tuple(
        dict.fromkeys((key, kind) for text in dict.fromkeys((stem, shorter)) if text for key in _readings(text))
    )


def spelt(name: str) -> list[str]:
    """Return a Chinese name as people write it in Latin letters, one spelling for each reading.

    Examples
    --------
    >>> spelt("奉贤区")
    ['fengxian qu']
    """
    endings = {kind: word for word, kind in reversed(list(KINDS.items()))}
    return [f"{stem} {endings.get(kind, '')}".strip() for stem, kind in latin_keys(name)]


def without_kind(name: str) -> tuple[str, str]:
    """Return the stem and the kind of a Chinese name.

    Examples
    --------
    >>> without_kind("巴林左旗"), without_kind("定远县")
    (('巴林左', '旗'), ('定远', '县'))
    """
    kind = next((ending for ending in ENDINGS if name.endswith(ending) and len(name) > len(ending)), "")
    kind = kind[-1] if kind in KEPT else kind
    return name.removesuffix(kind), kind


@cache
def romanised_names() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Return (province, Chinese stem) -> the stems of its romanised names, as in GB/T 2260.

    Examples
    --------
    >>> romanised_names()["西藏自治区", "改则"]
    ('gerze',)
    """
    table = pd.read_csv(io.BytesIO(shipped_bytes(ROMANISED_TABLE)))
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for province, name, romanised in zip(table["province"], table["name"], table["romanised"], strict=True):
        stem = (province, without_kind(name)[0])
        found[stem] = (*found.get(stem, ()), *(key for key, _ in read_latin(romanised).keys))
    return found


def _bare(text: str) -> str:
    """Return lower case without tones and marks; ü and v are u, ê is e."""
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()


def _joined(words: Iterator[str] | list[str]) -> str:
    """Return the words as one; ee stands for ê, uu, v and (behind l and n, as in passports) yu for ü."""
    plain = [re.sub(r"^([ln])yu", r"\1u", word) for word in words]
    return re.sub(r"e{2,}", "e", re.sub(r"[uv]+", "u", "".join(plain)))


def _keys(text: str) -> list[_Key]:
    """Return the key of a name; two where it is one word that may hold its kind (Jiaoqu, SeerxuuXian)."""
    words = WORD.findall(re.sub(r"['’,]", "", text))
    keys = [_key(words)]
    if len(words) == 1:
        (word,) = words
        ends = [end for end in GLUED if word.endswith(end) and len(word) > len(end) + 1]
        keys += [_key([word.removesuffix(end), end]) for end in ends[:1]]
    return keys


def _key(words: list[str]) -> _Key:
    kind = KINDS.get(words[-1], "") if len(words) > 1 else ""
    stem = words[:-1] if kind else words
    if words[-1:] and words[-1] in ENGLISH_KINDS and stem[1:]:
        stem = _english(stem)
    if kind and stem[1:] and stem[-1] == "autonomous":
        kind, stem = AUTONOMOUS.get(kind, kind), stem[:-1]
    if kind.startswith("自治"):
        # what is left without the peoples; a name that is nothing but peoples stays
        stem = [word for word in stem if not _people(word)] or stem
    if kind in KEPT:
        kept, kind = words[-1].removesuffix("qi").removesuffix("qu"), kind[-1]
        stem = [*stem, kept]
    return (_joined(stem), kind)


def _english(stem: list[str]) -> list[str]:
    """Return the words before an English kind with sides and positions in pinyin."""
    *rest, last = [word for word in stem if word != "wing"] or stem
    if last in ("front", "rear", "back", "middle") and rest[1:] and rest[-1] in WINGS:
        rest = [*rest[:-1], WINGS[rest[-1]]]
    return [*rest, ENGLISH_STEMS.get(last, last)]


def _people(word: str) -> bool:
    return word in PEOPLES or (word.endswith("zu") and len(word) > len("zu") + 1)


def _readings(text: str) -> Iterator[str]:
    if find_spec("pypinyin") is None:
        raise MissingExtra("names in Latin letters need pypinyin; pip install 'geotransfer[names]'")
    usual = import_module("pypinyin").lazy_pinyin(text, v_to_u=False)
    if len(usual) != len(text):
        yield _joined(usual)
        return
    choices = [PLACE_READINGS.get(letter, (own,)) for letter, own in zip(text, usual, strict=True)]
    for parts in islice(product(*choices), READINGS):
        yield _joined(list(parts))
