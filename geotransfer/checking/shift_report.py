"""An estimate of a shift to GCJ-02 as a finding: in words, with both distances."""

from __future__ import annotations

import geopandas as gpd

from geotransfer.checking.report import Finding, error, note, warning
from geotransfer.checking.shifts import ShiftEstimate, estimate_shift
from geotransfer.errors import InputError
from geotransfer.types import Text

__all__ = ["shift_finding", "shift_findings"]

AGAINST_ZH = {
    "the reference": "参照图层",
    "the county boundaries": "县界",
    "the county of their adcode": "所属县(adcode)",
}
SHIFTED = {"gcj02": "GCJ-02", "bd09": "BD-09"}


def shift_findings(features: gpd.GeoDataFrame, *, reference: gpd.GeoDataFrame | None) -> list[Finding]:
    """Return what `estimate_shift` says of features; that there is nothing to compare with is a note."""
    usable = features[~(features.geometry.isna() | features.geometry.is_empty)]
    try:
        return [shift_finding(estimate_shift(usable, reference=reference))]
    except InputError:
        way = Text(zh="用 --reference 给出同一事物的可靠图层", en="give a layer of the same things: --reference FILE")
        zh, en = "未比对 GCJ-02 偏移:缺少参照", "not compared for a GCJ-02 shift: there is no reference"
        return [note("shift-untested", zh, en, None, "", way)]


def shift_finding(found: ShiftEstimate) -> Finding:
    """Return an estimate as a finding; its number is the distance, or the share inside, as the layer stands."""
    if not found.undone:
        zh = f"只有 {found.positions} 个位置可比对,看不出是否偏移"
        en = f"{found.positions} positions are too few to tell a shift"
        return note("shift-unknown", zh, en, found.positions, "positions")
    said = _said(found)
    number, unit = (found.as_is, "m") if found.unit == "m" else (100 * found.as_is, "%")
    number = round(number, 1)
    if found.verdict in SHIFTED:
        name = SHIFTED[found.verdict]
        way = Text(zh=f"确认后:--convert {found.verdict} -o 新文件", en=f"if so: --convert {found.verdict} -o NEW")
        return error(f"{found.verdict}-shifted", f"像是 {name} 坐标。{said.zh}", f"looks like {name}: {said.en}",
                     number, unit, way)  # fmt: skip
    if found.verdict == "reference":
        way = Text(zh="先查参照图层", en="check the reference first")
        return warning("reference-shifted", f"偏移的像是参照图层。{said.zh}",
                       f"it is the reference that looks like GCJ-02: {said.en}", number, unit, way)  # fmt: skip
    if found.verdict == "none":
        return note("not-shifted", f"不像 GCJ-02 偏移。{said.zh}", f"not shifted to GCJ-02: {said.en}", number, unit)
    way = Text(zh="换更精确的参照:--reference", en="a more exact one may tell: --reference FILE")
    return note("shift-unknown", f"看不出是否偏移。{said.zh}", f"cannot tell a shift: {said.en}", number, unit, way)


def _said(found: ShiftEstimate) -> Text:
    """Return the comparison in words: how many positions, against what, before and after."""
    name = found.verdict if found.verdict in found.undone else "gcj02"
    after, closer = found.undone[name], found.closer[name]
    what_zh = "图层加偏后" if name == "reference" else f"{SHIFTED[name]} 还原后"
    what_en = "the layer shifted" if name == "reference" else f"{SHIFTED[name]} undone"
    if found.unit == "m":
        zh = f"距离中位数 {found.as_is:.0f} 米,{what_zh} {after:.0f} 米({closer:.0%} 变近)"
        en = f"median distance {found.as_is:.0f} m, with {what_en} {after:.0f} m ({closer * 100:.0f} % closer)"
    else:
        zh = f"{found.as_is:.1%} 位于其内,{what_zh} {after:.1%}"
        en = f"{found.as_is * 100:.1f} % inside, with {what_en} {after * 100:.1f} %"
    return Text(
        zh=f"{found.positions} 个位置与{AGAINST_ZH[found.against]}比较:{zh}",
        en=f"{found.positions} positions against {found.against}: {en}",
    )
