from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from geotransfer.errors import InputError
from geotransfer.industry.policy_lists import listed_directions, read_policy_list

DAY = date(2026, 11, 1)
CODED, NAMED = "adcode,direction,source\n", "name,direction,source\n"
DATED = "adcode,direction,source,valid_from,valid_to\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ours.csv"


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_places_by_code_or_name_of_any_level(file: Path) -> None:
    found = read_policy_list(
        written(
            file,
            "名称,省份,状态,生效日期,失效日期,来源\n"
            "昆都仑区,内蒙古,禁止,2025-01-01,,甲文\n兰州市,,鼓励,,2026-12-31,乙文\n150203,,允许,2024/1/1,2024/12/31,\n云南,,未知,,,丙文\n",
        )
    )
    assert [p.adcode for p in found.places] == ["150203", "620100", "150203", "530000"]
    assert [p.direction for p in found.places] == ["banned", "encouraged", "allowed", "unknown"]
    assert (found.name, found.places[0].valid_from, found.places[1].valid_to) == (
        "ours.csv", date(2025, 1, 1), date(2026, 12, 31),
    )  # fmt: skip


def test_the_narrowest_place_decides_and_of_equals_the_ban(file: Path, tmp_path: Path) -> None:
    ours = read_policy_list(
        written(file, "adcode,direction,source\n150000,banned,a\n150200,encouraged,b\n150203,allowed,c\n")
    )
    theirs = read_policy_list(written(tmp_path / "theirs.csv", "adcode,direction,source\n150200,banned,d\n"))
    codes = ["150203", "150202", "150102", "620102", ""]
    decided = listed_directions([ours], codes, on_date=DAY)
    assert [d and d[1].direction for d in decided] == ["allowed", "encouraged", "banned", None, None]
    both = listed_directions([ours, theirs], codes, on_date=DAY)
    assert [d and (d[0], d[1].direction) for d in both][:2] == [("ours.csv", "allowed"), ("theirs.csv", "banned")]


def test_a_row_counts_on_its_days_only(file: Path) -> None:
    ours = read_policy_list(
        written(
            file, "adcode,direction,valid_from,valid_to,source\n150202,banned,2020-01-01,2025-12-31,a\n"
            "150202,allowed,2026-01-01,,b\n",
        )
    )  # fmt: skip
    for day, expected in ((date(2019, 1, 1), None), (date(2025, 12, 31), "banned"), (date(2026, 1, 1), "allowed")):
        (found,) = listed_directions([ours], ["150202"], on_date=day)
        assert (found and found[1].direction) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            NAMED + "霍林格勒市,banned,a\n",
            r"row 1: '霍林格勒市' is unmatched \(near it: 150581 内蒙古自治区通辽市霍林郭勒市",
        ),
        (NAMED + "东河区,banned,a\n朝阳区,banned,a\n", r"row 2: '朝阳区' is ambiguous \(one of: 110105 北京市朝阳区"),
        (CODED + "150299,banned,a\n", r"row 1: '150299' is unmatched \(near it: 150202"),
        (NAMED + ",banned,a\n", "row 1: '' is unmatched; give the adcode"),
        (CODED + "150202,forbidden,a\n", "row 1 has the direction 'forbidden'; expected encouraged"),
        (CODED + "150202,banned,\n", "row 1 bans '150202' without a source"),
        (DATED + "150202,banned,a,2026年,\n", "row 1: valid_from is '2026年', expected a day"),
        (DATED + "150202,banned,a,2026-02-01,2026-01-01\n", "first day before the last"),
        (CODED + "150202,banned,a\n150202,allowed,b\n", "'150202' is banned in row 1 and allowed in row 2"),
        (DATED + "150202,banned,a,,\n150202,allowed,b,2026-01-01,\n", "contradicts itself"),
        (
            "code,direction,source\n150202,banned,a\n",
            "columns code, direction, source; expected one named adcode",
        ),
        ("adcode,source\n150202,a\n", r"expected one named direction \(状态\)"),
        ("adcode,direction\n150202,banned\n", r"expected one named source \(来源\)"),
        (CODED, "has no rows"),
    ],
)
def test_a_list_that_does_not_fit_says_where_and_why(file: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_policy_list(written(file, text))


def test_the_same_twice_is_no_contradiction(file: Path) -> None:
    assert (
        len(read_policy_list(written(file, "adcode,direction,source\n150202,banned,a\n150202,banned,b\n")).places) == 2
    )


def test_a_missing_file_and_another_encoding(file: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_policy_list(file)
    file.write_bytes("名称,状态,来源\n东河区,禁止,某文\n".encode("gb18030"))
    with pytest.raises(InputError, match="not UTF-8"):
        read_policy_list(file)
