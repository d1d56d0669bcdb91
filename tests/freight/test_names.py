from __future__ import annotations

import pytest

from geotransfer.errors import InputError, UnknownNameError
from geotransfer.freight.names import HubNames, find_place
from geotransfer.freight.tables import default_hubs

HUBS = HubNames.of(default_hubs())


@pytest.mark.parametrize(
    ("name", "official"),
    [
        ("钦州市", "钦州市"), ("钦州", "钦州市"), ("450700", "钦州市"), ("qinzhou", "钦州市"), ("重庆港", "重庆港"),
        ("西安", "西安市"), ("长沙", "长沙市"), ("新加坡", "新加坡港"), ("西昌", "西昌市"),
    ],
)  # fmt: skip
def test_a_hub_has_official_short_and_english_names_and_a_code(name: str, official: str) -> None:
    assert HUBS.name[find_place(HUBS, name, counties=True)] == official


def test_a_county_is_found_by_full_name_or_code() -> None:
    for name in ("110105", "安宁市"):
        found = find_place(HUBS, name, counties=True)
        assert len(found) == 1
    assert find_place(HUBS, "110105", counties=True)["name"].tolist() == ["朝阳区"]


def test_a_name_that_fits_two_places_asks_for_the_code() -> None:
    with pytest.raises(
        InputError, match=r"fits 3: 211300 朝阳市, 110105 北京市 朝阳区, 220104 吉林省 朝阳区.*give the adcode"
    ):
        find_place(HUBS, "朝阳", counties=True)
    with pytest.raises(InputError, match="fits 2: 110105 北京市 朝阳区, 220104 吉林省 朝阳区"):
        find_place(HUBS, "朝阳区", counties=True)


def test_a_look_alike_is_no_match() -> None:
    with pytest.raises(
        UnknownNameError, match=r"place '琴洲' is no hub of the network and no county.*an adcode such as '450700'"
    ):
        find_place(HUBS, "琴洲", counties=True)
    with pytest.raises(UnknownNameError, match="did you mean 钦州市"):
        find_place(HUBS, "钦州港市", counties=False)


def test_duplicate_hub_names_ask_too() -> None:
    twice = HubNames.of(default_hubs().iloc[[0, 0]])
    with pytest.raises(InputError, match="fits 2: 110000 北京市, 110000 北京市"):
        find_place(twice, "北京市", counties=False)
