from __future__ import annotations

from pathlib import Path

import pytest

import geotransfer as gt
from geotransfer.checking.tables import table_findings


def found_in(path: Path, text: str, encoding: str = "utf-8") -> dict[str, gt.LayerReport]:
    path.write_bytes(text.encode(encoding))
    return {one.code: one for one in table_findings(path)[0]}


def test_a_plain_table_has_no_findings(tmp_path: Path) -> None:
    assert found_in(tmp_path / "a.csv", "name,v\n甲县,1.5\n乙县,2\n") == {}
    report = gt.check_layer(tmp_path / "a.csv")
    # it has names and no positions: what it may be used for is said
    assert (report.worst, report.codes) == ("note", ("no-positions",))
    assert "layers divisions" in report["no-positions"].way_out.zh


@pytest.mark.parametrize(
    ("text", "code", "number", "severity"),
    [
        ("县,产能\n甲,\"1,234\"\n乙,5\n丙,１２\n", "number-format", 1, "warning"),
        ("县,产能\n甲,3万吨\n乙,5\n丙,6\n丁,7\n", "not-a-number", 1, "warning"),
        ("name,lon,lat\n甲,东经106,38\n乙,106.2,38.4\n", "not-a-number", 1, "error"),
        ("县,产能\n甲,5\n合 计,5\n", "sum-rows", 1, "warning"),
        ("县,产能\n甲,5\n乙,1,234\n", "long-rows", 1, "error"),
        ("县,产能,\n甲,5,\n乙,1,234\n", "unnamed-columns", 1, "warning"),
        ("表1,\n县,产能\n甲,5\n", "layout", 1, "error"),
        ("县\t产能\n甲\t5\n", "layout", 0, "error"),
        ("县,占比\n甲,45%\n乙,0.3\n", "mixed-numbers", None, "error"),
        ("code,v\n1.10101E+11,1\n", "mixed-numbers", None, "error"),
        ("县,产能\n", "no-rows", 0, "error"),
        ("name,v\n鍖椾含,1\n鍗椾含,2\n", "mojibake", 2, "error"),
        ("name,v\n北\ufffd,1\n南京,2\n", "text-lost", 1, "error"),
    ],
)  # fmt: skip
def test_each_fault(tmp_path: Path, text: str, code: str, number: float | None, severity: str) -> None:
    one = found_in(tmp_path / "a.csv", text)[code]
    assert (one.number, one.severity) == (number, severity)
    assert one.what.zh
    assert one.what.en
    assert gt.check_layer(tmp_path / "a.csv").worst in ("error", severity)


def test_the_encoding_is_named_and_the_rest_is_read_in_it(tmp_path: Path) -> None:
    found = found_in(tmp_path / "a.csv", '县名,产能\n灵武市,"1,234"\n盐池县,5\n', "gb18030")
    assert found["encoding"].number > 0.95
    assert found["encoding"].way_out.en == "give --encoding GB18030"
    assert "number-format" in found
    assert found_in(tmp_path / "b.csv", "name,v\nMálaga,1\n", "latin-1")["encoding"].number is None
    for declared in ("utf-16", "utf-8-sig"):
        assert found_in(tmp_path / "c.csv", "县名,产能\n灵武市,5\n", declared) == {}


@pytest.mark.data
def test_the_broken_port_table(shared_data: Path) -> None:
    report = gt.check_layer(shared_data / "transport" / "UpdatedPub150_BROKEN_first200.csv")
    # 123 of 199 rows have a cell too many: their latitude stands under longitude
    assert report["unnamed-columns"].number == 123
    assert report["not-a-number"].severity == "error"
    assert report["not-a-number"].number == 123
