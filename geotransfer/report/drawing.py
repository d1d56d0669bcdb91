"""matplotlib for the report: figures as SVG inside the page, with a Chinese font where the machine has one."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from geotransfer.types import Text
from geotransfer.words import place_words

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.ticker import MaxNLocator

__all__ = [
    "INK",
    "LANGUAGES",
    "SOFT",
    "ReportFigure",
    "can_draw",
    "chinese_font",
    "report_figure",
    "rows_down",
    "svg_figure",
    "whole_numbers",
    "zone_labels",
]

CHINESE_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC", "Microsoft YaHei",
    "Hiragino Sans GB", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "Noto Sans CJK JP", "Noto Serif CJK SC",
)  # fmt: skip
"""Families with simplified Chinese, in the order they are looked for; of a collection the first face is listed."""
WIDTH = 7.2
"""Inches: the width of the text of the page."""
LANGUAGES = ("zh", "en")
INK, SOFT, LINE = "#1f2933", "#52606d", "#d9dee3"
POINTS = 9.0


@dataclass(frozen=True)
class ReportFigure:
    """One figure in both languages, and what it says."""

    id: str
    caption: Text
    zh: Markup
    en: Markup


def whole_numbers() -> MaxNLocator:
    """Return a locator of ticks at whole numbers."""
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(integer=True)


def can_draw() -> bool:
    """Return whether matplotlib (the extra ``report``) is installed."""
    return find_spec("matplotlib") is not None


@cache
def chinese_font() -> str | None:
    """Return the family used for Chinese in figures; None, with a warning said once, when the machine has none."""
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    found = next((family for family in CHINESE_FONTS if family in known), None)
    if found is None:
        warnings.warn(
            "no font with Chinese characters was found: the report's figures keep their Chinese text, but its place is "
            "set by guess; install one (Debian: apt install fonts-noto-cjk) and write the report again",
            stacklevel=2,
        )
    return found


def svg_figure(draw: Callable[[Axes], None], *, width: float, height: float, name: str, label: str) -> Markup:
    """Return what `draw` puts on the axes as an SVG element.

    The text stays text: it is set in the fonts of the reader's machine, can be searched and is small.

    Parameters
    ----------
    draw : callable
        Gets empty axes.
    width, height : float
        Inches.
    name : str
        Makes the ids of this figure its own; the same name and content give the same bytes.
    label : str
        What a screen reader says of it.
    """
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with _style(name):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure.subplots())
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return _inline(buffer.getvalue(), label)


@contextmanager
def _style(name: str) -> Iterator[None]:
    import matplotlib as mpl

    family = chinese_font()
    settings = mpl.rc_context(
        {
            "svg.fonttype": "none",
            # a name with two $ is a name
            "text.parse_math": False,
            "svg.hashsalt": name,
            "font.family": ["DejaVu Sans"] if family is None else [family, "DejaVu Sans"],
            "font.size": POINTS,
            "text.color": INK,
            "axes.edgecolor": LINE,
            "axes.labelcolor": SOFT,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "xtick.color": SOFT,
            "ytick.color": SOFT,
            "ytick.labelcolor": INK,
            "axes.unicode_minus": False,
        }
    )
    with settings, warnings.catch_warnings():
        # without a Chinese font every character would be told of by itself: chinese_font has said it once
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        # names so long that they leave no room for the figure: it is drawn all the same
        warnings.filterwarnings("ignore", message="constrained_layout not applied", category=UserWarning)
        yield


def _inline(document: str, label: str) -> Markup:
    """Return the SVG element of a document, without what only a file of its own needs; its text in the page's font."""
    svg = document[document.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(<g) id="[^"]*"', r"\1", svg)
    svg = re.sub(r" font-family: [^;\"]*;", "", svg)
    opening = re.search(r'viewBox="[^"]*"', svg)
    if opening is None:
        raise ValueError("matplotlib's SVG has no viewBox; this version of it is not one we know")
    body = svg[svg.index(">") + 1 :]
    head = f'<svg class="chart" {opening[0]} role="img" aria-label="{escape(label)}" stroke-linejoin="round">'
    return Markup(head + re.sub(r"\s*\n\s*", " ", body))


def zone_labels(zones: gpd.GeoDataFrame) -> list[str]:
    """Return "name (prefecture)" of each row, or its zone key when it has no name."""
    rows = zones.to_dict("records")
    return [_zone_label(row) for row in rows]


def _zone_label(row: Mapping[str, Any]) -> str:
    name = str(row["name"] or row["zone"])
    prefecture = row.get("prefecture")
    where = place_words(name, prefecture if isinstance(prefecture, str) else "", "")
    return f"{name} ({where[0]})" if where else name


def rows_down(axes: Axes, rows: int) -> None:
    """First row on top, no ticks at the names, a light line at each number."""
    axes.set_ylim(rows - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#e6e9ec", linewidth=0.6)
    axes.set_axisbelow(True)


def report_figure(id: str, caption: Text, draw: Callable[[Axes, str], None], *, height: float) -> ReportFigure:
    """Return a figure in both languages; `draw` gets empty axes and "zh" or "en", `height` is in inches."""
    drawn = {
        language: svg_figure(
            lambda axes, language=language: draw(axes, language),  # type: ignore[misc]
            width=WIDTH,
            height=height,
            name=f"{id}-{language}",
            label=getattr(caption, language),
        )
        for language in LANGUAGES
    }
    return ReportFigure(id, caption, drawn["zh"], drawn["en"])
