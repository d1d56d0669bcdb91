"""The page in Chromium with the network off."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

from geotransfer.maps import write_offline
from geotransfer.maps.payload import quantile_breaks
from geotransfer.mcda.aggregation import weighted_sum
from geotransfer.mcda.ranking import rank
from geotransfer.spec.aggregation import ByName, aggregate
from geotransfer.study.evaluate import rank_order

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

SCREENS = [(1366, 768), (390, 844)]
RAMP = ["#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#0c2c84"]
NEXT_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

BOUNDS = """() => {
    const box = Object.values(window).find((value) => value instanceof L.Map).getBounds();
    return [box.getSouth(), box.getWest(), box.getNorth(), box.getEast()];
}"""
CLICK = """(zone) => {
    const map = Object.values(window).find((value) => value instanceof L.Map);
    map.eachLayer((one) => { if (one.zone === zone) { one.fire('click', { latlng: one.getCenter() }); } });
}"""


def pixels(page: Page, selector: str) -> np.ndarray:
    picture = page.locator(selector).first.screenshot()
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))


def drag(page: Page, criterion: str, weight: float) -> None:
    page.eval_on_selector(
        f'input[type=range][data-criterion="{criterion}"]',
        "(slider, weight) => { slider.value = weight; slider.dispatchEvent(new Event('input')); }",
        weight,
    )
    page.evaluate(NEXT_FRAMES)


def scores_and_ranks(page: Page) -> tuple[np.ndarray, np.ndarray]:
    score, ranks = page.evaluate(
        """() => {
            const { score, rank } = geotransfer.state;
            return [Array.from(score, (s) => Number.isNaN(s) ? null : s), Array.from(rank)];
        }"""
    )
    return np.array(score, dtype=float), np.array(ranks)


@pytest.fixture
def opened(browser_page: Any, result: Any, write_page: Callable[[Any], Path]) -> Any:
    page = browser_page.open(write_page(result))
    page.evaluate(NEXT_FRAMES)
    page.select_option("#gt-province", "-1")  # the result's ranks are mostly provincial: it opens by province
    yield page
    assert browser_page.errors == []
    assert browser_page.requests == []


def test_zones_are_painted_on_canvas(opened: Page) -> None:
    drawn = opened.evaluate(
        """() => Array.from(document.querySelectorAll('.leaflet-overlay-pane canvas'), (canvas) => {
            const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            let full = 0;
            for (let i = 3; i < data.length; i += 4) { full += data[i] > 0; }
            return full / (data.length / 4);
        })"""
    )
    assert max(drawn) > 0.05
    colours = {tuple(colour) for colour in pixels(opened, "#gt-slot").reshape(-1, 3).tolist()}
    wanted = {tuple(bytes.fromhex(colour[1:])) for colour in RAMP}
    assert wanted <= colours
    assert opened.locator(".leaflet-overlay-pane svg").count() == 0


def test_sliders_compute_what_python_computes(opened: Page, result: Any) -> None:
    ranked = (result.ranking["status"] == "ranked").to_numpy()
    matrix = result.ranking[["score_tariff", "score_hub", "score_people"]].to_numpy()
    before = scores_and_ranks(opened)
    assert_array_equal(before[1], result.ranking["rank"].fillna(-1).to_numpy(dtype=int))
    weights = [0.05, 0.3, 0.2]
    drag(opened, "tariff", weights[0])
    expected = np.where(ranked, weighted_sum(matrix, weights), np.nan)
    score, ranks = scores_and_ranks(opened)
    assert_allclose(score, expected, atol=1e-6)
    assert_array_equal(ranks, rank(expected))
    assert not np.array_equal(ranks, before[1])
    breaks = opened.evaluate("() => geotransfer.state.breaks")
    assert_allclose(breaks, quantile_breaks(expected), atol=1e-12)
    best = result.ranking["zone"].to_numpy()[np.argmin(np.where(ranks > 0, ranks, 10**6))]
    assert opened.locator("#gt-top button").first.get_attribute("data-zone") == best
    assert "9.1 %" in opened.locator("#gt-weights output").first.inner_text()  # 0.05 / 0.55


@pytest.mark.parametrize(
    "method", ["weighted_sum", "weighted_product", "topsis", "topsis_vector", "topsis_minmax", "spotis"]
)
def test_every_aggregation_of_the_page_is_pythons(
    browser_page: Any, result: Any, write_page: Callable[[Any], Path], method: str
) -> None:
    facts = result.provenance["result"]
    scenario = {**facts["scenario"], "aggregation": {"method": method}}
    page = browser_page.open(write_page(replace(result, provenance={"result": {**facts, "scenario": scenario}})))
    ranked = (result.ranking["status"] == "ranked").to_numpy()
    matrix = result.ranking[["score_tariff", "score_hub", "score_people"]].to_numpy()
    for weights in ([0.05, 0.3, 0.2], [0.7, 0.3, 0.0]):
        for criterion, weight in zip(("tariff", "hub", "people"), weights, strict=True):
            drag(page, criterion, weight)
        expected = np.full(len(ranked), np.nan)
        share = np.array(weights) / sum(weights)
        expected[ranked] = aggregate(ByName(method=method), matrix[ranked], share)  # type: ignore[arg-type]
        score, ranks = scores_and_ranks(page)
        assert_allclose(score, expected, atol=1e-6)
        assert_array_equal(ranks, rank(np.round(expected, 12)))
    assert browser_page.errors == []


def test_sliders_are_off_for_a_method_the_page_does_not_compute(
    browser_page: Any, result: Any, write_page: Callable[[Any], Path]
) -> None:
    facts = result.provenance["result"]
    scenario = {**facts["scenario"], "aggregation": {"method": "vikor"}}
    page = browser_page.open(write_page(replace(result, provenance={"result": {**facts, "scenario": scenario}})))
    assert page.locator("#gt-weights input[type=range]:disabled").count() == 3
    assert "权重滑块停用" in page.locator("#gt-page").inner_text()
    assert browser_page.errors == []


def test_delivered_cost_is_the_first_layer_and_carbon_another(
    browser_page: Any, result: Any, write_page: Callable[[Any], Path]
) -> None:
    cost = np.linspace(15_000, 17_000, len(result.ranking))
    table = result.ranking.assign(
        delivered_cost_yuan_per_unit=cost, co2_change_average_t_per_unit=cost / -1e4, product_unit="t"
    )
    page = browser_page.open(write_page(replace(result, ranking=table)))
    assert "到厂交付成本" in page.locator("#gt-theme").inner_text()
    assert "元/吨" in page.locator("#gt-legend").inner_text()
    radios = page.locator("#gt-layers input[type=radio]")
    assert radios.count() == 7
    radios.nth(5).check()
    assert "吨 CO2/吨" in page.locator("#gt-legend").inner_text()
    assert browser_page.errors == []


def test_the_list_is_searched_and_kept_to_a_province(opened: Page, result: Any) -> None:
    table = result.ranking
    excluded = table[table["status"] == "excluded"].iloc[0]
    opened.fill("#gt-search", excluded["zone"])
    assert opened.locator("#gt-top button").first.get_attribute("data-zone") == excluded["zone"]
    assert "排除" in opened.locator("#gt-top").inner_text()
    opened.fill("#gt-search", "没有这个地方")
    assert "没有符合的区域" in opened.locator("#gt-top").inner_text()
    opened.fill("#gt-search", "")
    province = table["province"].iloc[0]
    opened.select_option("#gt-province", label=province)
    inside = table[(table["province"] == province) & (table["status"] == "ranked")]
    shown = opened.locator("#gt-top button").evaluate_all("(all) => all.map((one) => one.dataset.zone)")
    assert shown == inside["zone"].tolist()[:20]


def test_mostly_provincial_ranks_open_with_the_best_of_each_province(
    browser_page: Any, result: Any, write_page: Callable[[Any], Path]
) -> None:
    facts = {**result.provenance["result"], "statistics": {"between_province_variance_share": 0.6}}
    page = browser_page.open(write_page(replace(result, provenance={"result": facts})))
    assert page.input_value("#gt-province") == "best"
    shown = page.locator("#gt-top button").evaluate_all("(all) => all.map((one) => one.dataset.zone)")
    ranked = result.ranking[result.ranking["status"] == "ranked"]
    assert shown == ranked.drop_duplicates("province")["zone"].tolist()
    assert browser_page.errors == []


def test_the_csv_is_the_ranking_of_the_page(opened: Page, result: Any) -> None:
    drag(opened, "tariff", 0.05)
    with opened.expect_download() as waiting:
        opened.click("#gt-csv")
    raw = Path(waiting.value.path()).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(io.BytesIO(raw), dtype={"zone": str})
    score, ranks = scores_and_ranks(opened)
    order = np.argsort(np.where(ranks > 0, ranks, 10**6), kind="stable")[: int((ranks > 0).sum())]
    assert table["zone"].tolist() == result.ranking["zone"].to_numpy()[order].tolist()
    assert table["name"].tolist() == result.ranking["name"].to_numpy()[order].tolist()
    assert_array_equal(table["rank"], ranks[order])
    assert_allclose(table["score"], score[order], rtol=1e-15)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@a", "'@a"),
        ('a"b,c', '"a""b,c"'),
        ("-2", "-2"),
        ("-2+cmd", "'-2+cmd"),
        ("a;=b", "a;'=b"),
        ("'=a", "''=a"),
        ("＝a", "'＝a"),
        ("榆中县", "榆中县"),
    ],
)
def test_a_cell_is_no_formula(opened: Page, text: str, cell: str) -> None:
    assert opened.evaluate("(text) => geotransfer.files.cell(text)", text) == cell


def test_a_drag_repaints_and_reset_restores(opened: Page) -> None:
    before, numbers = pixels(opened, "#gt-slot"), scores_and_ranks(opened)
    drag(opened, "tariff", 0)
    drag(opened, "people", 1)
    assert np.any(pixels(opened, "#gt-slot") != before, axis=2).mean() > 0.01
    opened.click("#gt-reset")
    opened.evaluate(NEXT_FRAMES)
    assert_array_equal(scores_and_ranks(opened)[0], numbers[0])
    assert_array_equal(scores_and_ranks(opened)[1], numbers[1])
    opened.mouse.move(1, 1)
    assert_array_equal(pixels(opened, "#gt-slot"), before)


def test_all_weights_at_zero_rank_nothing(opened: Page) -> None:
    for criterion in ("tariff", "hub", "people"):
        drag(opened, criterion, 0)
    assert (scores_and_ranks(opened)[1] == -1).all()
    assert "权重均为 0" in opened.locator("#gt-top").inner_text()
    legend = opened.locator("#gt-legend").inner_text().split()
    assert legend[legend.index("无法排名") + 1] == "20"
    assert legend[legend.index("(缺数据)") + 1] == "2"  # the zones without data, no more


def test_ties_are_broken_by_the_key_as_in_python(opened: Page) -> None:
    keys = np.array(["a", "c", "d", "b", "e"], dtype=object)
    got = opened.evaluate(
        "(keys) => Array.from(geotransfer.scoring.ranks([0.2, 0.9, NaN, 0.9, 0.1], keys).rank)", keys.tolist()
    )
    assert got == rank_order(np.array([0.2, 0.9, np.nan, 0.9, 0.1]), keys)[1].tolist() == [3, 2, -1, 1, 4]


def test_every_layer_has_its_legend(opened: Page) -> None:
    radios = opened.locator("#gt-layers input[type=radio]")
    assert radios.count() == 5  # score, three criteria, status
    seen = set()
    for number in range(5):
        radios.nth(number).check()
        opened.evaluate(NEXT_FRAMES)
        seen.add(opened.locator("#gt-legend").inner_text())
    assert len(seen) == 5
    assert any("元/千瓦时" in text for text in seen)
    assert all("排除" in text for text in seen)


def test_the_outline_is_no_layer_that_can_be_switched_off(opened: Page) -> None:
    boxes = opened.locator("#gt-layers input[type=checkbox]")
    assert boxes.count() == 1
    boxes.first.uncheck()
    assert opened.locator(".leaflet-gt-outline-pane canvas, .leaflet-gt-land-pane canvas").count() == 2


def test_languages_switch(opened: Page) -> None:
    assert opened.locator("h1").inner_text().startswith("电解铝西移")
    opened.click("#gt-languages button[data-language=en]")
    assert opened.evaluate("() => document.documentElement.lang") == "en"
    text = opened.locator("#gt-page").inner_text()
    assert "Primary aluminium moves west" in text
    assert "Not checked: ecological red line" in text
    assert "准则权重" not in text
    assert opened.get_attribute("#gt-search", "placeholder") in ("Name or code", "Name, pinyin or code")
    assert opened.locator("#gt-province option").first.inner_text() == "All provinces"
    opened.click("#gt-languages button[data-language='zh-CN']")
    assert "Criterion weights" not in opened.locator("#gt-page").inner_text()


def test_the_chinese_page_is_chinese(opened: Page, result: Any) -> None:
    opened.locator("#gt-sources summary").click()
    opened.locator("#gt-layers input[type=radio]").nth(1).check()
    opened.locator("#gt-top button").first.click()
    text = opened.locator("#gt-page").inner_text()
    assert "评分标准 (元/千瓦时)" in text
    assert "煤电基准价 (官方): 国家发展改革委 · 公开数据" in text
    for english in ("yuan", "km", "official", "public figures", "NDRC"):
        assert english not in text, english
    opened.click("#gt-languages button[data-language=en]")
    assert "NDRC · public figures" in opened.locator("#gt-sources").inner_text()
    assert "yuan/kWh" in opened.locator(".leaflet-popup-content").inner_text()


@pytest.mark.parametrize("screen", SCREENS)
def test_the_banner_stays_and_nothing_lies_over_the_map(opened: Page, screen: tuple[int, int]) -> None:
    opened.set_viewport_size({"width": screen[0], "height": screen[1]})
    opened.evaluate("() => window.scrollTo(0, document.body.scrollHeight)")
    banner = opened.locator("#gt-banner")
    box = banner.bounding_box()
    assert box is not None
    assert 0 <= box["y"] < screen[1] / 3
    assert box["x"] + box["width"] <= screen[0]
    assert banner.locator("button, a, input").count() == 0
    assert "初筛" in banner.inner_text()
    opened.evaluate("() => window.scrollTo(0, 0)")
    assert opened.evaluate("() => document.documentElement.scrollWidth") <= screen[0]
    covered = opened.evaluate(
        """() => {
            const slot = document.getElementById('gt-slot');
            const box = slot.getBoundingClientRect();
            const strangers = [];
            for (let i = 1; i < 20; i += 1) {
                for (let j = 1; j < 20; j += 1) {
                    const [x, y] = [box.left + box.width * i / 20, box.top + box.height * j / 20];
                    const hit = document.elementFromPoint(x, y);
                    const inside = hit && slot.contains(hit) && !hit.closest('.leaflet-control');
                    if (!inside) { strangers.push(hit && hit.id); }
                }
            }
            return strangers;
        }"""
    )
    assert covered == []


@pytest.mark.parametrize("screen", SCREENS)
def test_the_whole_territory_is_in_the_first_view(opened: Page, screen: tuple[int, int]) -> None:
    opened.set_viewport_size({"width": screen[0], "height": screen[1]})
    opened.wait_for_timeout(300)
    bounds = opened.evaluate(BOUNDS)
    # Zengmu shoal 3.9 N, Pamir 73.5 E, Mohe 53.6 N, Fuyuan 135.1 E
    assert bounds[0] <= 3.9
    assert bounds[1] <= 73.5
    assert bounds[2] >= 53.6
    assert bounds[3] >= 135.1


def test_names_that_are_markup_are_shown_as_text(opened: Page, result: Any) -> None:
    page = opened
    zone = int(np.flatnonzero(result.ranking["name"] == "<script>alert(1)</script>")[0])
    page.evaluate(
        """(zone) => {
            const map = Object.values(window).find((value) => value instanceof L.Map);
            let layer = null;
            map.eachLayer((one) => { if (one.zone === zone) { layer = one; } });
            layer.fire('mouseover', { latlng: layer.getCenter() });
        }""",
        zone,
    )
    assert "<script>alert(1)</script>" in page.locator(".leaflet-tooltip").last.inner_text()
    names = page.locator("#gt-top span").all_inner_texts()
    assert any('"></div>' in name for name in names)


def test_a_click_explains_the_zone(opened: Page, result: Any) -> None:
    opened.locator("#gt-top button").nth(1).click()
    text = opened.locator(".leaflet-popup-content").inner_text()
    second = result.ranking.iloc[1]
    assert second["name"] in text
    assert f"{second['score']:.3f}" in text
    assert f"{0.5 * second['score_tariff']:.3f}" in text
    assert "元/千瓦时" in text
    drag(opened, "tariff", 0)
    assert f"{0.3 / 0.5 * second['score_hub']:.3f}" in opened.locator(".leaflet-popup-content").inner_text()


def test_a_tooltip_says_why_not(opened: Page, result: Any) -> None:
    zone = int(np.flatnonzero(result.ranking["status"] == "excluded")[0])
    opened.evaluate(
        """(zone) => {
            const map = Object.values(window).find((value) => value instanceof L.Map);
            map.eachLayer((one) => { if (one.zone === zone) { one.fire('mouseover', { latlng: one.getCenter() }); } });
        }""",
        zone,
    )
    assert "未通过: 海拔高于 2500 m" in opened.locator(".leaflet-tooltip").last.inner_text()


def test_an_excluded_zone_leads_with_the_rule_and_has_no_dashes(
    browser_page: Any, result: Any, write_page: Callable[[Any], Path]
) -> None:
    excluded = (result.ranking["status"] == "excluded").to_numpy()
    table = result.ranking.copy()
    table.loc[excluded, "first_failed_rule"] = "no_room"
    table.loc[excluded, "reason"] = "elevation"
    table["eligible_km2"] = 8.3e-5
    table.loc[excluded, ["hub", "score_hub", "people", "score_people"]] = np.nan
    page = browser_page.open(write_page(replace(result, ranking=table)))
    page.evaluate(CLICK, int(np.flatnonzero(excluded)[0]))
    text = page.locator(".leaflet-popup-content").inner_text()
    assert text.index("主要原因: 海拔高于 2500 m") < text.index("剩余可用地不足: 剩 < 0.01 平方公里")
    assert page.locator(".gt-card tbody tr").count() == 1
    assert "–" not in text


def test_draws_are_shown_and_are_a_layer(
    browser_page: Any, result: Any, synthetic: Any, write_page: Callable[[Any], Path]
) -> None:
    page = browser_page.open(write_page(synthetic.with_draws(result)))
    page.select_option("#gt-province", "-1")
    page.locator("#gt-top button").nth(1).click()
    text = page.locator(".leaflet-popup-content").inner_text()
    assert "名次 5–95 %: 2–8" in text
    assert "稳定性: 较可能" in text
    page.locator("#gt-layers input[type=radio]").nth(1).check()
    legend = page.locator("#gt-legend").inner_text()
    for words in ("稳健", "较可能", "取决于权重", "不太可能", "排除"):
        assert words in legend
    assert browser_page.errors == []


def test_on_a_phone_a_name_brings_the_map_into_view(opened: Page) -> None:
    opened.set_viewport_size({"width": 390, "height": 844})
    opened.locator("#gt-top button").nth(15).scroll_into_view_if_needed()
    opened.locator("#gt-top button").nth(15).click()
    opened.wait_for_timeout(300)
    slot, popup = (opened.locator(name).first.bounding_box() for name in ("#gt-slot", ".leaflet-popup"))
    assert slot is not None
    assert popup is not None
    assert slot["y"] >= 0
    assert slot["y"] + slot["height"] <= 844
    assert slot["x"] <= popup["x"]
    assert popup["x"] + popup["width"] <= slot["x"] + slot["width"]
    assert slot["y"] <= popup["y"]
    assert popup["y"] + popup["height"] <= slot["y"] + slot["height"]


def test_a_regional_run_fits_its_zones_and_the_whole_map_is_a_click_away(
    browser_page: Any, result: Any, write_page: Callable[[Any], Path]
) -> None:
    near = result.ranking.assign(rank=result.ranking["rank"]).set_geometry(
        result.ranking.geometry.affine_transform([0.2, 0, 0, 0.2, 80, 25])
    )
    page = browser_page.open(write_page(replace(result, ranking=near)))
    bounds = page.evaluate(BOUNDS)
    west, south, east, north = near[near["status"] == "ranked"].total_bounds
    assert bounds[0] < south
    assert bounds[1] < west
    assert bounds[2] > north
    assert bounds[3] > east
    assert bounds[2] - bounds[0] < 3 * (north - south)
    page.click("#gt-home")
    bounds = page.evaluate(BOUNDS)
    assert bounds[0] <= 3.9
    assert bounds[3] >= 135.1


def test_points_are_drawn_above_the_hubs_with_a_dark_outline(
    browser_page: Any, result: Any, write_page: Callable[[Any], Path]
) -> None:
    points = result.ranking.set_geometry(result.ranking.geometry.representative_point())
    page = browser_page.open(write_page(replace(result, ranking=points)))
    drawn = page.locator(".leaflet-gt-points-pane path")
    assert drawn.count() == len(points)
    assert set(drawn.evaluate_all("(all) => all.map((one) => one.getAttribute('stroke'))")) == {"#1f2933"}
    fills = drawn.evaluate_all("(all) => all.map((one) => one.getAttribute('fill'))")
    assert fills.count("url(#gt-hatch)") == 2
    levels = page.evaluate(
        """() => ['points', 'overlays'].map((name) => {
            return Number(document.querySelector(`.leaflet-gt-${name}-pane`).style.zIndex);
        })"""
    )
    assert levels[0] > levels[1]
    assert browser_page.errors == []


def test_a_users_own_map_opens_offline(browser_page: Any, tmp_path: Path) -> None:
    simple = folium.Map(location=[30, 104], tiles=None, zoom_start=5)
    folium.Marker([30, 104], popup=folium.Popup("<b>成都</b>", show=True)).add_to(simple)
    folium.GeoJson({"type": "Point", "coordinates": [105, 31]}, tooltip="x").add_to(simple)
    page = browser_page.open(write_offline(simple, tmp_path / "own.html"))
    assert page.locator(".leaflet-popup-content b").inner_text() == "成都"
    assert page.locator(".leaflet-marker-icon").first.evaluate("(icon) => icon.naturalWidth") == 25
    assert browser_page.errors == []
    assert browser_page.requests == []
