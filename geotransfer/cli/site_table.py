"""Located sites as a table on the terminal, in one of the two languages."""

from __future__ import annotations

import geopandas as gpd
from rich.markup import escape
from rich.table import Table

from geotransfer.cli.printing import SafeConsole
from geotransfer.words import place_words

__all__ = ["print_sites"]

HEADS = {
    "zh": ("序", "平均得分", "面积 km²", "紧凑度", "最近间距 km", "经度", "纬度", "所在"),
    "en": ("site", "mean score", "km²", "compact", "nearest km", "lon", "lat", "in"),
}
WIDTH = 110


def print_sites(sites: gpd.GeoDataFrame, *, language: str) -> None:
    """Print one line a site, and how many of those asked were found."""
    asked, found = sites.attrs.get("asked", len(sites)), len(sites)
    console = SafeConsole(highlight=False)
    if not console.is_terminal:
        console = SafeConsole(highlight=False, width=max(WIDTH, console.width))
    line = f"找到 {found} 处, 要求 {asked} 处" if language == "zh" else f"{found} of {asked} sites found"
    console.print(line, style="bold")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for number, head in enumerate(HEADS[language]):
        table.add_column(head, justify="left" if number == len(HEADS[language]) - 1 else "right")
    for site in sites.itertuples():
        words = place_words(site.name, site.prefecture, site.province)
        where = "".join(reversed(words)) + f" {site.name}" if language == "zh" else ", ".join([site.name, *words])
        gap = "–" if site.nearest_km != site.nearest_km else f"{site.nearest_km:.1f}"
        figures = (f"{site.score:.3f}", f"{site.area_km2:,.0f}", f"{site.compactness:.2f}", gap)
        table.add_row(str(site.site), *figures, f"{site.lon:.3f}", f"{site.lat:.3f}", escape(where))
    console.print(table)
