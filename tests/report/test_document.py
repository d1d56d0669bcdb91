from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from geotransfer.errors import InputError
from geotransfer.report import render_report


class Reader(HTMLParser):
    """Collects what a browser would see: tags, addresses it would load, text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "data")]

    def handle_data(self, data: str) -> None:
        self.text += data


def changed(result: Any, **facts: Any) -> Any:
    return replace(result, provenance={**result.provenance, "result": {**result.provenance["result"], **facts}})


def test_nothing_is_loaded_and_nothing_runs(result: Any) -> None:
    html = render_report(result)
    reader = Reader(html)
    assert html.startswith("<!DOCTYPE html>")
    assert reader.loads == []
    assert "script" not in reader.tags
    assert re.findall(r"@import|url\((?!#)", html) == []


def test_names_from_data_are_text(result: Any) -> None:
    title = {"zh": "<script>alert(2)</script>", "en": "</title><b>"}
    scenario = {**result.provenance["result"]["scenario"], "title": title}
    reader = Reader(render_report(changed(result, scenario=scenario)))
    assert {"script", "b"} & set(reader.tags) == {"b"}  # the one <b> is the banner's own
    assert reader.tags.count("b") == 1
    for name in ("<script>alert(1)</script>", '"></div>', "{{ 7 * 7 }} {% raw %} & '", "</title><b>"):
        assert name in reader.text


def test_question_banner_headline_and_answer_in_five_lines(result: Any) -> None:
    html = render_report(result)
    text = Reader(html).text
    facts = result.provenance["result"]
    for pair in (facts["scenario"]["question"], facts["screening_note"], facts["headline"]):
        assert pair["zh"] in text
        assert pair["en"] in text
    answer = re.search(r'<ol class="answer">(.*?)</ol>', html, re.DOTALL)
    assert answer is not None
    assert answer[1].count("<li>") == 5
    assert "24 个区域中, 20 个参与排名, 2 个被排除, 2 个因缺数据未知" in text
    assert "得分方差的 74% 在省际之间" in text


def test_a_result_with_everything_checked_has_no_banner(result: Any) -> None:
    html = render_report(changed(result, screening_note=None, headline=None, unchecked_rules=[]))
    assert 'class="banner"' not in html
    assert 'class="headline"' not in html
    assert "未核查的规则" not in html


def test_the_top_table_holds_twenty_rows_best_first(result: Any) -> None:
    html = render_report(result)
    table = html.split("Top 20", 1)[1].split("</table>", 1)[0]
    ranks = re.findall(r"<tr><td>(\d+)</td>", table)
    assert ranks == [str(number) for number in range(1, 21)]
    first = result.ranking.iloc[0]
    assert f"{first['score']:.3f}" in table


def test_counts_criteria_rules_and_inputs_are_there(result: Any) -> None:
    text = Reader(render_report(result)).text
    for words in (
        "甲省",
        "yuan/kWh",
        "电费占成本三成以上",
        "Power is over 30 % of cost",
        "0.28 → 1",
        "50.0\xa0%",
        "1,234",
        "Ecological red line",
        "用电成本",
        "0.93",
        "abababababab",
        "CC BY 4.0",
        "30 %",
        "numpy 2.4",
    ):
        assert words in text, words
    assert "secret-host" not in text


def test_nothing_ranked_is_said(synthetic: Any) -> None:
    zones = synthetic.grid_zones()
    scores = synthetic.np.full((len(zones), 3), 0.5)
    nothing = synthetic.make_result(zones, scores, ["excluded"] * len(zones))
    statistics = {
        **nothing.provenance["result"]["statistics"],
        "between_province_variance_share": None,
        "best_site_vs_mean_spearman": None,
    }
    text = Reader(render_report(changed(nothing, statistics=statistics))).text
    assert "没有可排名的区域" in text
    assert "–" in text


def test_an_empty_ranking_is_refused(result: Any) -> None:
    with pytest.raises(InputError, match="no zones"):
        render_report(replace(result, ranking=result.ranking.head(0)))


def test_the_approval_number_stands_under_the_picture(result: Any) -> None:
    assert "审图号: 未填" in re.sub(r"\s+", " ", Reader(render_report(result)).text)
    text = Reader(render_report(changed(result, map={"approval_number": "GS(2026)1号"}))).text
    assert "GS(2026)1号" in text
    assert "示意图" in text


def test_what_the_table_of_rules_leaves_out_is_said(result: Any) -> None:
    rows = [{"rule": "too_small", "zones": 2}]
    counts = {**result.provenance["result"]["counts"], "by_rule": rows, "excluded": 9}
    room = {"area_km2": 25.0, "share": 0.02, "zones_failed": 7, "too_small": 3}
    text = Reader(render_report(changed(result, counts=counts, room=room))).text
    assert "排除区域最多的原因: 区域本身过小 (2 个)" in text
    assert "共排除 9 个区域, 每个只计一次: 7 个因剩余可用地不足 25 平方公里或面积的 2 %" in text
    assert "(其中 3 个本身过小, 不在表内); 2 个整体被规则排除。" in text
    assert "9 zones are excluded, each counted once: 7 with less than 25 km² or 2 % of their area left" in text
    none_small = {**room, "zones_failed": 9, "too_small": 0}
    assert "本身过小, 不在表内" not in Reader(render_report(changed(result, counts=counts, room=none_small))).text


def test_a_users_own_file_is_said_in_two_languages(result: Any) -> None:
    own = {
        **result.provenance["result"]["inputs"][1],
        "title": {"zh": "a.tif", "en": "a.tif"},
        "source": "given by the user",
        "licence": "not stated",
        "quality": "not stated",
        "period": "",
        "unit": "furlong",
    }
    text = Reader(render_report(changed(result, inputs=[own]))).text
    for words in ("用户提供", "given by the user", "未注明", "not stated", "furlong"):
        assert words in text, words


def test_a_run_without_draws_has_neither_their_sentences_nor_their_columns(result: Any) -> None:
    for same in (result, changed(result, robustness=None)):
        html = render_report(same)
        assert 'class="robustness"' not in html
        assert "名次 5–95 %" not in html


def test_what_the_draws_say(result: Any, synthetic: Any) -> None:
    drawn = synthetic.with_draws(result)
    text = Reader(render_report(drawn)).text
    for words in (
        "权重在给定值附近、数据在误差范围内变动时, 下列区域在至少一半的抽样中保持前 10 名: 县01、县02。",
        "没有区域能在至少一半的抽样中保持前 10 名 (最高 42%): 不存在与权重无关的赢家。",
        "there is no winner whatever the weights",
        "没有区域在全部 5 种评价方法",
        "0.50 至 0.80",
        "煤电基准价 与 到枢纽距离 (0.81)",
        "煤电基准价 (6.2); 到枢纽距离 (∞)",
        "抽样 1,000 次",
        "名次 5–95 %",
        "1–7",
        "取决于权重",
    ):
        assert words in text, words


def test_who_stays_whatever_the_weights(result: Any, synthetic: Any) -> None:
    compared = {
        **synthetic.COMPARED,
        "methods": {**synthetic.COMPARED["methods"], "always": ["县01"]},
        "collinearity": {"pairs": [], "vif": {"tariff": 1.0}, "determined": []},
    }
    stays = {
        **synthetic.STAYS,
        "errors": {},
        "given_weights": {"stay": [], "best_share": 0.3},
        "free_weights": {"stay": ["县01"], "best_share": 0.52},
    }
    ranking = result.ranking.assign(prefecture="西宁市")
    text = Reader(render_report(changed(replace(result, ranking=ranking), robustness=stays, comparison=compared))).text
    for words in (
        "With the weights varied around the given ones nobody stays in the top 10",
        "仍保持前 10 名的只有: 县01 (西宁市) (最高 52%)",
        "一致列入前 10 名的区域: 县01 (西宁市)。",
        "准则得分之间没有强相关",
        "未计入数据误差",
        "西宁市 · 甲省",
    ):
        assert words in text, words


@pytest.mark.browser
def test_languages_switch_without_a_script(browser_page: Any, result: Any, tmp_path: Any) -> None:
    path = tmp_path / "report.html"
    path.write_text(render_report(result), encoding="utf-8")
    page = browser_page.open(path)
    assert "结论" in page.locator("main").inner_text()
    assert "The answer" not in page.locator("main").inner_text()
    for english in ("yuan", "km", "official", "assumption", "about 30 %", "NDRC", "public figures"):
        assert english not in page.locator("main").inner_text().replace("people-50km", ""), english
    page.check("#english")
    assert "The answer" in page.locator("main").inner_text()
    assert "结论" not in page.locator("main").inner_text()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    assert page.locator(".hint").first.is_visible()
    assert page.evaluate(
        "() => Array.from(document.querySelectorAll('.wide'), (box) => box.scrollWidth > box.clientWidth)"
    )
    assert browser_page.errors == []
    assert browser_page.requests == []
