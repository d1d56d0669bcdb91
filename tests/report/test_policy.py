from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import geotransfer as gt
from geotransfer.report.document import render_report
from geotransfer.report.policy import policy_editions, policy_lines


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> gt.Result:
    path = tmp_path_factory.mktemp("lists") / "ours<b>.csv"
    path.write_text("名称,状态,来源\n灵武市,禁止,<i>某文</i>\n", encoding="utf-8")
    keys: dict[str, Any] = {"within": ["宁夏", "孝感市"], "grid.resolution": 25_000, "robustness.draws": 0}
    return gt.run(gt.scenario("aluminium").with_overrides({**keys, "policy.lists": [str(path)]}))


def test_the_lines_say_kind_directions_documents_and_history(result: gt.Result) -> None:
    zh = [line.zh for line in policy_lines(result.provenance["result"])]
    assert zh[0] == "产业类型: 高载能产业, 名录用词: 电解铝、铝冶炼; 以 2026-11-25 为准。"
    # 22 counties of 宁夏, one of them banned; 7 of 孝感, of which the opinion says nothing
    assert zh[1] == "政策方向: 鼓励(附条件) 21 个, 禁止 1 个, 未知(不等于允许) 7 个。"
    assert any("高载能行业向西部清洁能源优势地区集聚 (21 个区域)" in line for line in zh)
    assert any(line.startswith("制约: 严格实施产能置换办法") for line in zh)
    assert any(line.startswith("自有名单 ours<b>.csv: 1 行, 其中有效 1 行、禁止 1 行") for line in zh)
    assert any(line.startswith("历史参考, 不作禁止依据") and "孝感市 不再承接 电解铝" in line for line in zh)
    assert "革命老区重点城市 16/20" in zh[-1]


def test_editions_that_matter_are_listed_with_their_standing(result: gt.Result) -> None:
    lines = policy_editions(result.provenance["result"])
    named = [line.zh.split("》")[1].split(":")[0] for line in lines]
    assert named == ["(2018年本)", "(2025年本)", "(2024年本)", "(2025年版)"]
    assert "是否有效未知" in lines[0].zh
    assert "unchecked" in lines[1].en


def test_the_report_has_the_section_and_escapes_what_users_wrote(result: gt.Result) -> None:
    html = render_report(result)
    assert "目录版本" in html
    assert "<i>某文</i>" not in html
    assert "&lt;i&gt;某文&lt;/i&gt;" in html


def test_without_policy_there_is_nothing(synthetic: Any) -> None:
    result = synthetic.small_result()
    assert policy_lines(result.provenance["result"]) == []
    assert "目录版本" not in render_report(result)


def test_the_template_is_shipped() -> None:
    assert (Path(gt.__file__).parent / "report" / "templates" / "policy.html").is_file()
