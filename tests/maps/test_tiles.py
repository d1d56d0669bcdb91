"""Tianditu's tiles: only when asked for, never without a key, and nothing here goes to the network."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import geotransfer as gt
from geotransfer.errors import GeotransferError, InputError
from geotransfer.maps.tiles import VARIABLE, tiles_json


def tiled(result: Any) -> Any:
    facts = {**result.provenance["result"], "map": {"approval_number": None, "tiles": "tianditu"}}
    return replace(result, provenance={**result.provenance, "result": facts})


def test_the_default_is_no_tiles(
    result: Any, write_page: Callable[[Any], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "abc123")
    assert gt.scenario("aluminium").map.tiles is None
    page = write_page(result).read_text(encoding="utf-8")
    assert "abc123" not in page
    assert "tianditu.gov.cn" not in page


def test_a_scenario_asks_for_them_by_name() -> None:
    assert gt.scenario("aluminium").with_overrides({"map.tiles": "tianditu"}).map.tiles == "tianditu"
    with pytest.raises(GeotransferError, match="tiles"):
        gt.scenario("aluminium").with_overrides({"map.tiles": "gaode"})


@pytest.mark.parametrize("key", ["", "  ", 'a"b', "a&b=c"])
def test_without_a_key_the_error_names_the_variable(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, key)
    with pytest.raises(InputError, match=r"GEOTRANSFER_TIANDITU_KEY holds .*set it, or leave map.tiles out") as caught:
        tiles_json("tianditu")
    assert key.strip() == "" or key not in str(caught.value)  # a mistyped key is still one


def test_the_log_warns_and_does_not_hold_the_key(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(VARIABLE, "abc123")
    with caplog.at_level(logging.WARNING, logger="geotransfer"):
        document = tiles_json("tianditu")
    assert document is not None
    assert document["address"].endswith("&tk=abc123")
    assert "need the network" in caplog.text
    assert "abc123" not in caplog.text


@pytest.mark.browser
def test_the_page_asks_tianditu_and_warns(
    browser_page: Any, result: Any, write_page: Callable[[Any], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "abc123")
    page = browser_page.open(write_page(tiled(result)))
    page.wait_for_timeout(300)
    assert browser_page.requests
    assert all(".tianditu.gov.cn/vec_w/wmts?" in address for address in browser_page.requests)
    assert all(address.endswith("&tk=abc123") and "{" not in address for address in browser_page.requests)
    assert "天地图瓦片需联网" in page.locator("#gt-credit").inner_text()
    assert page.locator("#gt-top button").count() > 0  # without the network the map is still there
