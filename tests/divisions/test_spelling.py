from __future__ import annotations

import pytest

from geotransfer.catalog.boundaries import boundaries
from geotransfer.divisions import spelling
from geotransfer.divisions.spelling import is_latin, latin_keys, read_latin, romanised_names, spelt, without_kind
from geotransfer.errors import MissingExtra


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Dingyuan Xian", "定远县"), ("Dīngyuǎn Xiàn", "定远县"), ("dingyuan", "定远县"), ("DINGYUAN COUNTY", "定远县"),
        ("ding4 yuan3 xian4", "定远县"), ("Lvshunkou Qu", "旅顺口区"), ("Lüshunkou District", "旅顺口区"),
        ("Changqing Qu", "长清区"), ("Laoting Xian", "乐亭县"), ("Leting Xian", "乐亭县"), ("Jian'ou Shi", "建瓯市"),
        ("Changyang Tujiazu Zizhixian", "长阳土家族自治县"), ("Changyang Tujia Autonomous County", "长阳土家族自治县"),
        ("Weichang Manchu and Mongol Autonomous County", "围场满族蒙古族自治县"),
        ("Mori Kazak Zizhixian", "木垒哈萨克自治县"),
        ("Dongxiangzu Zizhixian", "东乡族自治县"), ("Jiaoqu (Yangquan Shi)", "郊区"), ("SongtaoXian", "松桃县"),
        ("Pudong New Area", "浦东新区"), ("Shenbeixin Qu", "沈北新区"), ("Shennongjia Linqu", "神农架林区"),
        ("Balin Left Banner", "巴林左旗"), ("Balin Zuoqi", "巴林左旗"),
    ],
)  # fmt: skip
def test_a_latin_name_and_a_chinese_one_have_a_key_in_common(given: str, name: str) -> None:
    assert is_latin(given)
    latin, chinese = read_latin(given).keys, latin_keys(name)
    assert any((stem, kind) in chinese or (not kind and stem in {s for s, _ in chinese}) for stem, kind in latin) or (
        # Mori is no pinyin: it is in the table of romanised names
        {stem for stem, _ in latin} & set(romanised_names().get(("新疆维吾尔自治区", without_kind(name)[0]), ()))
    )


def test_brackets_hold_another_name_or_the_prefecture() -> None:
    assert read_latin("Kashi(Kaxgar) Shi").keys == (("kashi", "市"), ("kaxgar", "市"))
    assert read_latin("Chengguan Qu (Lasha Shi)").above == "lasha"
    assert read_latin("Qingshan Qu （Wuhan Shi)") == read_latin("Qingshan Qu (Wuhan Shi)")


def test_ee_and_uu_stand_for_letters_with_marks() -> None:
    assert read_latin("Geerzee Xian").keys == read_latin("Gêrzê Xian").keys == (("gerze", "县"),)
    assert read_latin("Quuxuu Xian").keys == read_latin("Qüxü Xian").keys == (("quxu", "县"),)


def test_what_is_chinese_or_a_code_is_not_latin() -> None:
    assert not any(map(is_latin, ("朝阳区", "110105", "", "A区")))


def test_every_county_has_keys_and_a_spelling() -> None:
    for name in boundaries("county")["name"]:
        assert all(stem and stem.isascii() and stem.isalpha() for stem, _ in latin_keys(name)), name
        assert spelt(name)


def test_romanised_names_belong_to_divisions_of_their_province() -> None:
    from geotransfer.divisions.history import division_history

    stems = {(unit.province, without_kind(unit.name)[0]) for unit in division_history().units}
    assert set(romanised_names()) <= stems


def test_without_pypinyin_a_latin_name_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    latin_keys.cache_clear()
    monkeypatch.setattr(spelling, "find_spec", lambda _: None)
    try:
        with pytest.raises(MissingExtra, match=r"need pypinyin; pip install 'geotransfer\[names\]'"):
            latin_keys("定远县")
    finally:
        monkeypatch.undo()
        latin_keys.cache_clear()
    assert latin_keys("定远县") == (("dingyuan", "县"),)


def test_readings_of_places_that_dictionaries_do_not_have() -> None:
    assert ("luohe", "市") in latin_keys("漯河市")
    # ü as passports write it
    assert read_latin("Lyuliang Shi").keys[0] == latin_keys("吕梁市")[0] == ("luliang", "市")
    assert read_latin("Anyue Xian").keys[0] == ("anyue", "县")
