"""What stands around the map (address, presets, cards, comparison, brush, finder), in Chromium with the network off."""

from __future__ import annotations

import importlib.util
import io
import json
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

from geotransfer.mcda.aggregation import weighted_sum
from geotransfer.mcda.data_weighting import entropy_weights
from geotransfer.mcda.ranking import rank
from geotransfer.spec.overrides import parse_assignment

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

IDS = ["tariff", "hub", "people"]
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
HOVER = """() => {
    const map = Object.values(window).find((value) => value instanceof L.Map);
    map.eachLayer((one) => { if (one.zone === 0) { one.fire('mouseover', { latlng: one.getCenter() }); } });
}"""


def matrix(result: Any) -> np.ndarray:
    return np.asarray(result.ranking[[f"score_{name}" for name in IDS]].to_numpy())


def ranked(result: Any) -> np.ndarray:
    return np.asarray(result.ranking["status"] == "ranked")


def shares(page: Page) -> np.ndarray:
    return np.array(page.evaluate("() => geotransfer.state.shares"))


def ranks(page: Page) -> np.ndarray:
    return np.array(page.evaluate("() => Array.from(geotransfer.state.rank)"))


def drag(page: Page, criterion: str, weight: float) -> None:
    page.eval_on_selector(
        f'input[type=range][data-criterion="{criterion}"]',
        "(slider, weight) => { slider.value = weight; slider.dispatchEvent(new Event('input')); }",
        weight,
    )
    page.evaluate(FRAMES)


def address(page: Page) -> str:
    page.wait_for_timeout(350)  # it changes three times a second at most
    return str(page.evaluate("() => location.hash"))


def expected_ranks(result: Any, weights: list[float]) -> np.ndarray:
    return np.asarray(rank(np.where(ranked(result), weighted_sum(matrix(result), weights), np.nan)))


def listed(page: Page) -> list[str]:
    return page.locator("#gt-top button").evaluate_all("(all) => all.map((one) => one.dataset.zone)")


def with_money(result: Any) -> Any:
    """The result with a delivered cost of known terms, and with differences to an origin."""
    count = np.arange(len(result.ranking), dtype=float)
    table = result.ranking.assign(
        delivered_cost_yuan_per_unit=6000 + count,
        delivered_cost_p05=5500 + count,
        delivered_cost_p95=6600 + count,
        cost_power_yuan_per_unit=5000 + count,
        freight_in_yuan_per_unit=400.0,
        freight_out_yuan_per_unit=200.0,
        cost_carbon_yuan_per_unit=400.0,
        saving_yuan_per_unit=100 - 20 * count,
        co2_change_average_t_per_unit=count / 10 - 1,
        co2_change_contract_t_per_unit=-1.5e-15,
        co2_change_marginal_t_per_unit=0.5,
        co2_verdict="depends on the accounting",
        product_unit="t",
    )
    return replace(result, ranking=table)


@pytest.fixture
def opened(browser_page: Any, result: Any, write_page: Callable[[Any], Path]) -> Any:
    page = browser_page.open(write_page(result))
    page.select_option("#gt-province", "-1")
    page.evaluate(FRAMES)
    yield page
    assert browser_page.errors == []
    assert browser_page.requests == []


# --- the address ----------------------------------------------------------------------------------


def test_weights_and_language_stand_in_the_address_and_are_read_from_it(
    browser_page: Any, opened: Page, result: Any
) -> None:
    assert address(opened) == ""
    drag(opened, "tariff", 0.05)
    opened.click("#gt-languages button[data-language=en]")
    assert address(opened) == "#lang=en&w=tariff:0.05,hub:0.3,people:0.2"
    shown = opened.evaluate("() => location.href")
    before = ranks(opened)
    opened.goto("about:blank")
    opened.goto(shown)
    assert opened.evaluate("() => document.documentElement.lang") == "en"
    assert opened.input_value('input[data-criterion="tariff"]') == "0.05"
    assert_array_equal(ranks(opened), before)
    assert_array_equal(before, expected_ranks(result, [0.05, 0.3, 0.2]))
    opened.click("#gt-reset")
    opened.click("#gt-languages button[data-language='zh-CN']")
    assert address(opened) == ""


@pytest.mark.parametrize(
    "fragment",
    [
        "w=tariff:NaN,hub:-1,people:7",
        "w=%E0%A4%A:0.5",
        "lang=xx&w=",
        "lang=constructor&lock=nobody:0.5",
        "w=__proto__:0.5&lock=tariff:0.9,hub:0.9",
        "<script>alert(1)</script>",
        "=&&=&w=:::,,,",
    ],
)
def test_a_broken_address_is_ignored(
    browser_page: Any, result: Any, write_page: Callable[[Any], Path], fragment: str
) -> None:
    page = browser_page.page
    page.goto(write_page(result).resolve().as_uri() + "#" + fragment)
    assert_array_equal(ranks(page), result.ranking["rank"].fillna(-1).to_numpy(dtype=int))
    assert page.evaluate("() => document.documentElement.lang") == "zh-CN"
    assert browser_page.errors == []


# --- TOML and PNG ---------------------------------------------------------------------------------


def test_the_changed_weights_are_copied_as_toml(opened: Page) -> None:
    opened.click("#gt-copy")
    assert "没有可复制的行" in opened.locator("#gt-said").inner_text()
    drag(opened, "hub", 0.9)
    opened.click("#gt-copy")
    text = opened.input_value("#gt-toml")
    assert parse_assignment(text) == ("criteria.hub.weight", 0.9)  # what --set takes
    assert tomllib.loads(text) == {"criteria": {"hub": {"weight": 0.9}}}
    assert "已复制" in opened.locator("#gt-said").inner_text()
    opened.fill("#gt-search", "")
    opened.focus("#gt-search")
    opened.keyboard.press("Control+V")
    assert opened.input_value("#gt-search") == text.strip()


def test_what_cannot_be_copied_is_shown_to_be_selected(opened: Page) -> None:
    opened.evaluate(
        """() => {
            document.execCommand = () => false;
            const clipboard = { writeText: () => Promise.reject(new Error('no')) };
            Object.defineProperty(navigator, 'clipboard', { value: clipboard });
        }"""
    )
    drag(opened, "hub", 0.9)
    opened.click("#gt-copy")
    opened.wait_for_function("() => document.getElementById('gt-said').innerText.includes('手动选取')")
    assert opened.input_value("#gt-toml") == "criteria.hub.weight = 0.9\n"


def test_locked_weights_are_copied_as_the_shares_of_the_page(opened: Page) -> None:
    opened.check("input[data-lock=tariff]")
    drag(opened, "hub", 0.75)
    opened.click("#gt-copy")
    copied = tomllib.loads(opened.input_value("#gt-toml"))["criteria"]
    assert_allclose([copied[name]["weight"] for name in IDS], shares(opened), rtol=1e-6)


def test_a_scenario_with_weighting_is_given_direct_weights(
    browser_page: Any, result: Any, write_page: Callable[[Any], Path]
) -> None:
    facts = result.provenance["result"]
    scenario = {**facts["scenario"], "weighting": {"method": "entropy"}}
    page = browser_page.open(write_page(replace(result, provenance={"result": {**facts, "scenario": scenario}})))
    drag(page, "hub", 0.9)
    text = tomllib.loads(page.evaluate("() => geotransfer.share.toml(geotransfer.state)"))["weighting"]
    assert text["method"] == "direct"
    assert_allclose([text["weights"][name] for name in IDS], np.array([0.5, 0.9, 0.2]) / 1.6, rtol=1e-6)


@pytest.mark.parametrize("screen", [(1366, 768), (390, 844)])
def test_the_picture_holds_map_legend_and_notes(opened: Page, screen: tuple[int, int]) -> None:
    opened.set_viewport_size({"width": screen[0], "height": screen[1]})
    opened.wait_for_timeout(300)
    with opened.expect_download() as waiting:
        opened.click("#gt-png")
    assert waiting.value.suggested_filename == "map.png"
    picture = np.asarray(Image.open(io.BytesIO(Path(waiting.value.path()).read_bytes())).convert("RGB"))
    box = opened.locator("#gt-slot").bounding_box()
    assert box is not None
    assert picture.shape[0] > box["height"]
    assert picture.shape[1] >= 236 + box["width"] - 1
    seen, counts = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)
    share = {tuple(colour): count / counts.sum() for colour, count in zip(seen.tolist(), counts.tolist(), strict=True)}
    for colour in ("ffffcc", "7fcdbb", "0c2c84"):  # zones, and their swatches
        assert share[tuple(bytes.fromhex(colour))] > 0.002, colour
    assert max(share.values()) < 0.8
    legend = picture[100:400, :230]
    assert (legend.reshape(-1, 3) == list(bytes.fromhex("0c2c84"))).all(axis=1).sum() > 200
    top = picture[:90].mean(axis=2)
    assert (top < 140).mean() > 0.005  # title and the note of unchecked rules
    assert (picture[-24:].mean(axis=2) < 160).any()  # 审图号, 示意图, credit


# --- presets and locks ----------------------------------------------------------------------------


def test_presets_are_pythons(opened: Page, result: Any) -> None:
    wanted = entropy_weights(matrix(result)[ranked(result)])
    opened.click("#gt-preset-entropy")
    assert_allclose(shares(opened), wanted, atol=1e-12)
    assert_array_equal(ranks(opened), expected_ranks(result, wanted.tolist()))
    opened.click("#gt-preset-equal")
    assert_allclose(shares(opened), 1 / 3)
    opened.click("#gt-preset-scenario")
    assert_array_equal(ranks(opened), result.ranking["rank"].fillna(-1).to_numpy(dtype=int))


def test_entropy_is_absent_where_it_cannot_be(
    browser_page: Any, result: Any, write_page: Callable[[Any], Path]
) -> None:
    page = browser_page.open(write_page(replace(result, ranking=result.ranking.assign(score_hub=0.0))))
    assert page.locator("#gt-preset-entropy").count() == 0
    assert page.locator("#gt-preset-equal").count() == 1
    assert browser_page.errors == []


def test_weights_are_saved_in_the_browser(opened: Page) -> None:
    assert opened.locator("#gt-preset-mine").is_hidden()
    drag(opened, "hub", 0.9)
    mine = shares(opened)
    opened.click("#gt-preset-save")
    assert "已存" in opened.locator("#gt-said").inner_text()
    opened.click("#gt-reset")
    opened.reload()
    opened.click("#gt-preset-mine")
    assert_allclose(shares(opened), mine, atol=1e-12)


def test_a_refused_storage_is_said(browser_page: Any, result: Any, write_page: Callable[[Any], Path]) -> None:
    browser_page.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied'); } });"
    )
    page = browser_page.open(write_page(result))
    page.click("#gt-preset-save")
    assert "不允许本页存储" in page.locator("#gt-said").inner_text()
    assert page.locator("#gt-preset-mine").is_hidden()
    assert browser_page.errors == []


def test_a_locked_weight_keeps_its_share(opened: Page, result: Any) -> None:
    opened.check("input[data-lock=people]")
    assert opened.locator('input[data-criterion="people"]').is_disabled()
    drag(opened, "tariff", 0.1)
    wanted = [0.8 * 0.1 / 0.4, 0.8 * 0.3 / 0.4, 0.2]  # people keep 0.2, the others divide 0.8
    assert_allclose(shares(opened), wanted, atol=1e-12)
    assert_array_equal(ranks(opened), expected_ranks(result, wanted))
    opened.click("#gt-preset-equal")
    assert_allclose(shares(opened), [0.4, 0.4, 0.2], atol=1e-12)
    assert address(opened).endswith("&lock=people:0.2")
    opened.reload()
    assert opened.is_checked("input[data-lock=people]")
    assert_allclose(shares(opened), [0.4, 0.4, 0.2], atol=1e-11)
    opened.uncheck("input[data-lock=people]")
    assert_allclose(shares(opened), [0.4, 0.4, 0.2], atol=1e-11)  # unlocking changes nothing
    opened.click("#gt-reset")
    assert_array_equal(ranks(opened), result.ranking["rank"].fillna(-1).to_numpy(dtype=int))


# --- cards and comparison -------------------------------------------------------------------------


def test_the_card_says_money_carbon_and_what_was_not_checked(
    browser_page: Any, result: Any, write_page: Callable[[Any], Path]
) -> None:
    page = browser_page.open(write_page(with_money(result)))
    page.select_option("#gt-province", "-1")
    page.locator("#gt-top button").first.click()
    text = " ".join(page.locator(".leaflet-popup-content").inner_text().split())
    assert "到厂交付成本 6,000 元/吨 (5–95 %: 5,500–6,600)" in text
    assert "电费 5,000" in text
    assert "原料运费 400" in text
    assert "相对原址的节约 +100 元/吨" in text
    assert "平均 −1合同 0边际 +0.5" in text.replace(" 合同", "合同").replace(" 边际", "边际")
    assert "判断: 取决于核算口径" in text
    assert "未核查的规则 (2)" in text
    page.locator(".gt-unchecked summary").click()
    assert "生态保护红线" in page.locator(".gt-unchecked").inner_text()
    widths = page.locator(".gt-stack span").evaluate_all("(all) => all.map((one) => parseFloat(one.style.width))")
    assert_allclose(widths, [100 * 5000 / 6000, 100 * 400 / 6000, 100 * 200 / 6000, 100 * 400 / 6000], rtol=1e-5)
    assert browser_page.errors == []


def test_bars_are_weight_times_score(opened: Page, result: Any) -> None:
    opened.locator("#gt-top button").first.click()
    tracks = opened.locator(".gt-card table .gt-track")
    length = np.array(tracks.evaluate_all("(all) => all.map((one) => parseFloat(one.style.width))"))
    filled = np.array(tracks.evaluate_all("(all) => all.map((one) => parseFloat(one.firstChild.style.width))"))
    scores = matrix(result)[0]
    assert_allclose(length * filled / 1e4 * 0.5, scores * [0.5, 0.3, 0.2], atol=1e-3)


def test_neighbours_share_a_border_and_can_be_visited(opened: Page, result: Any) -> None:
    shapes = result.ranking.geometry.to_numpy()
    found = opened.evaluate(
        """() => geotransfer.state.data.zones.zone.map((_, i) => geotransfer.neighbours.of(geotransfer.state, i))"""
    )
    for number, shape in enumerate(shapes):
        length = shapely.length(shapely.intersection(shape, shapes))
        wanted = set(np.flatnonzero(length > 0)) - {number}  # a corner is no border
        assert set(found[number]) == wanted
    opened.locator("#gt-top button").first.click()
    near = opened.locator(".gt-near button").first
    other = near.get_attribute("data-zone")
    name = result.ranking.set_index("zone").loc[other, "name"]
    near.click()
    assert opened.locator(".gt-card > b").inner_text() == name


def test_two_places_stand_side_by_side(opened: Page, result: Any) -> None:
    opened.locator("#gt-top button").nth(0).click()
    opened.locator(".gt-compare-this").click()
    assert "再点" in opened.locator("#gt-compare").inner_text()
    opened.locator("#gt-top button").nth(2).click()
    assert opened.evaluate("() => document.getElementById('gt-right').scrollTop") < 20
    heads = opened.locator("#gt-compare thead th")
    assert heads.count() == 2
    first, third = result.ranking.iloc[0], result.ranking.iloc[2]
    assert first["name"] in heads.nth(0).inner_text()
    assert third["name"] in heads.nth(1).inner_text()
    text = opened.locator("#gt-compare tbody").inner_text()
    assert f"{first['score']:.3f}" in text
    assert f"{third['score']:.3f}" in text
    drag(opened, "tariff", 0.0)
    assert f"{first['score']:.3f}" not in opened.locator("#gt-compare tbody").inner_text()
    opened.locator("#gt-compare h2 button").click()
    assert opened.locator("#gt-compare").is_hidden()


# --- brush, regions, pinyin -----------------------------------------------------------------------


def test_the_histogram_is_numpys(opened: Page, result: Any) -> None:
    score = result.ranking["score"].dropna().to_numpy()
    assert opened.evaluate("() => geotransfer.state.bins.counts") == np.histogram(score, bins=24)[0].tolist()


def test_the_brush_keeps_list_and_map_to_a_range(opened: Page, result: Any) -> None:
    score = result.ranking["score"].dropna().to_numpy()
    before = np.asarray(Image.open(io.BytesIO(opened.locator("#gt-slot").screenshot())).convert("RGB"))
    box = opened.locator("#gt-bars").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + 10
    opened.mouse.move(x, y)
    opened.mouse.down()
    opened.mouse.move(box["x"] + box["width"] + 20, y, steps=4)
    opened.mouse.up()
    low, high = opened.evaluate("() => geotransfer.state.brush")
    assert_allclose(low, (score.min() + score.max()) / 2, atol=0.01)
    assert high == score.max()
    inside = result.ranking[result.ranking["score"].between(low, high)]
    assert listed(opened) == inside["zone"].tolist()
    assert 0 < len(inside) < 20
    opened.mouse.move(1, 1)
    after = np.asarray(Image.open(io.BytesIO(opened.locator("#gt-slot").screenshot())).convert("RGB"))
    grey = (after.reshape(-1, 3) == list(bytes.fromhex("eceff1"))).all(axis=1).mean()
    assert grey > 0.02
    assert "所选范围之外" in opened.locator("#gt-legend").inner_text()
    opened.click("#gt-brush-all")
    opened.mouse.move(1, 1)
    again = np.asarray(Image.open(io.BytesIO(opened.locator("#gt-slot").screenshot())).convert("RGB"))
    assert_array_equal(again, before)


def test_the_brush_is_moved_by_the_keyboard(opened: Page, result: Any) -> None:
    opened.focus("#gt-low")
    for _ in range(30):
        opened.keyboard.press("ArrowRight")
    score = result.ranking["score"].dropna()
    low = score.min() + 0.3 * (score.max() - score.min())
    assert listed(opened) == result.ranking[result.ranking["score"] >= low]["zone"].tolist()
    opened.keyboard.press("Home")
    assert opened.evaluate("() => geotransfer.state.brush") is None


def test_the_list_is_kept_to_a_region(browser_page: Any, result: Any, write_page: Callable[[Any], Path]) -> None:
    table = result.ranking.copy()
    table["region"] = np.where(np.arange(len(table)) % 3 == 0, "northeast", "central")
    page = browser_page.open(write_page(replace(result, ranking=table)))
    page.select_option("#gt-province", "-1")
    assert page.locator("#gt-region option").all_inner_texts() == ["全部地区", "中部", "东北"]
    page.select_option("#gt-region", label="东北")
    inside = table[(table["region"] == "northeast") & (table["status"] == "ranked")]
    assert listed(page) == inside["zone"].tolist()
    page.select_option("#gt-province", "best")
    assert listed(page) == inside.drop_duplicates("province")["zone"].tolist()
    page.click("#gt-languages button[data-language=en]")
    assert page.locator("#gt-region option").all_inner_texts() == ["All regions", "Central", "Northeast"]
    assert browser_page.errors == []


def test_one_region_needs_no_filter(opened: Page) -> None:
    assert opened.locator("#gt-region").is_hidden()


@pytest.mark.skipif(importlib.util.find_spec("pypinyin") is None, reason="pypinyin is not installed")
@pytest.mark.parametrize("text", ["helan", "He Lan", "hlx", "贺兰"])
def test_places_are_found_by_pinyin(
    browser_page: Any, result: Any, write_page: Callable[[Any], Path], text: str
) -> None:
    table = result.ranking.copy()
    table["name"] = ["贺兰县" if number == 4 else "榆中县" for number in range(len(table))]
    page = browser_page.open(write_page(replace(result, ranking=table)))
    assert page.get_attribute("#gt-search", "placeholder") == "名称、拼音或代码"
    page.fill("#gt-search", text)
    assert listed(page) == [table["zone"].iloc[4]]
    page.fill("#gt-search", "elan")  # not from the beginning
    assert listed(page) == []
    assert browser_page.errors == []


def test_without_pinyin_the_hint_says_name_or_code(
    browser_page: Any, result: Any, write_page: Callable[[Any], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geotransfer.maps.payload.pinyin_keys", lambda _names: None)
    page = browser_page.open(write_page(result))
    assert page.get_attribute("#gt-search", "placeholder") == "名称或代码"
    page.fill("#gt-search", "helan")
    assert listed(page) == []
    assert browser_page.errors == []


# --- layers of differences ------------------------------------------------------------------------


def test_a_difference_is_drawn_from_0_both_ways(
    browser_page: Any, result: Any, write_page: Callable[[Any], Path]
) -> None:
    money = with_money(result)
    page = browser_page.open(write_page(money))
    page.get_by_label("相对原址的节约").check()
    colours = page.evaluate(
        """() => {
            const state = geotransfer.state;
            const measure = state.data.measures.find((one) => one.id === 'saving_yuan_per_unit');
            return geotransfer.diverging.theme(state, measure).legend().of.map((entry) => entry.colour);
        }"""
    )
    saving = money.ranking["saving_yuan_per_unit"].to_numpy()
    status = money.ranking["status"].to_numpy()
    better, worse = {"#c6dbef", "#6baed6", "#2166ac"}, {"#fee0b6", "#f1a340", "#b35806"}
    for value, state, colour in zip(saving, status, colours, strict=True):
        if state == "excluded":
            continue
        assert colour in (better if value > 0 else worse if value < 0 else {"#f6f0c4"}), value
    page.get_by_label("碳排放相对原址 (合同口径)").check()
    assert "约为 0" in page.locator("#gt-legend").inner_text()  # 1.5e-15 is rounding, not a change
    assert "−" not in page.locator("#gt-legend").inner_text()
    page.get_by_label("到厂交付成本").check()
    page.evaluate(HOVER)
    assert "(5–95 %: 5,500–6,600)" in page.locator(".leaflet-tooltip").inner_text()
    assert browser_page.errors == []


def test_a_layer_that_a_criterion_repeats_is_left_out(
    browser_page: Any, result: Any, write_page: Callable[[Any], Path]
) -> None:
    table = result.ranking.assign(freight_cost_yuan_per_unit=result.ranking["hub"], product_unit="t")
    page = browser_page.open(write_page(replace(result, ranking=table)))
    assert page.locator("#gt-layers input[type=radio]").count() == 5
    other = table.assign(freight_cost_yuan_per_unit=2 * table["hub"])
    page = browser_page.open(write_page(replace(result, ranking=other)))
    assert page.locator("#gt-layers input[type=radio]").count() == 6


def test_names_that_are_markup_stay_text_in_panel_and_picture(opened: Page) -> None:
    zone = opened.evaluate("() => geotransfer.state.data.zones.name.findIndex((name) => name.includes('script'))")
    opened.evaluate("(zone) => { geotransfer.compare.choose(geotransfer.state, zone); }", zone)
    other = opened.evaluate("(zone) => geotransfer.neighbours.of(geotransfer.state, zone)[0]", zone)
    opened.evaluate("(zone) => { geotransfer.compare.choose(geotransfer.state, zone); }", other)
    assert json.dumps("<script>alert(1)</script>")[1:-1] in opened.locator("#gt-compare").inner_text()
    assert opened.locator("#gt-compare script").count() == 0
