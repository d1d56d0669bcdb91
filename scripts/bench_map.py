"""Size and speed of the map page beside a plain folium choropleth, the same page on SVG, and a blank page.

    python scripts/bench_map.py [DIRECTORY] [--repeats 15]

DIRECTORY is the folder of a finished national run; without one the built-in aluminium scenario is run. *Drag to
painted*: from the slider's event until the frame with the new colours has been rastered: Chromium
lets at most one frame wait for its raster, so three further changes of the page must wait for it (what they take
without a change is printed as idle); its frame rate is not limited. *First paint*: from
the start of navigation to the first contentful paint; *map drawn*: to the end of the frame with the zones.
Chromium is offline, without a GPU. Aims: at most 3.0 MB, 0.3 of the choropleth, a third of SVG.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

import folium
from playwright.sync_api import Browser, Page, sync_playwright

import geotransfer as gt

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-frame-rate-limit", "--disable-gpu-vsync"]
DRAG = """async (weight) => {
    const map = Object.values(window).find((value) => value instanceof L.Map);
    const renderers = [];
    map.eachLayer((one) => { if (one instanceof L.Renderer) { renderers.push(one); } });
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const mark = document.getElementById('gt-theme');
    const shown = async () => { // a further frame starts only when the one before the last is on the screen
        for (let k = 0; k < 3; k += 1) { mark.style.opacity = 1 - 0.01 * (k + 1); await frame(); }
    };
    await shown();
    const slider = document.querySelector('#gt-weights input[type=range]');
    const start = performance.now();
    if (weight === null) { await shown(); return performance.now() - start; }
    slider.value = weight;
    slider.dispatchEvent(new Event('input'));
    await frame();
    while (renderers.some((one) => one._redrawRequest)) { await frame(); }
    await shown();
    return performance.now() - start;
}"""
DRAWN = """async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    return [paint ? paint.startTime : NaN, performance.now()];
}"""
SCORE_LAYER = """() => {
    const names = Array.from(document.querySelectorAll('#gt-layers input[type=radio]'));
    names.find((one) => one.parentElement.textContent.includes('综合适宜性得分')).click();
}"""


def result_of(directory: Path | None) -> Any:
    return gt.read_result(directory) if directory else gt.run(gt.scenario("aluminium"))


def choropleth(result: Any, path: Path) -> Path:
    """Write the counties the plain way: folium.Choropleth of the score."""
    table = result.ranking[["zone", "score", "geometry"]]
    page = folium.Map(location=[34, 104], zoom_start=4, tiles=None)
    folium.Choropleth(
        geo_data=table[["zone", "geometry"]],
        data=table,
        columns=["zone", "score"],
        key_on="feature.properties.zone",
        fill_color="YlGnBu",
    ).add_to(page)
    page.save(path)
    return path


def on_svg(page: Path, path: Path) -> Path:
    """Write the same page with its zones and outline on SVG."""
    text = page.read_text(encoding="utf-8").replace("L.canvas({ pa", "L.svg({ pa")
    text = text.replace('"string" || !layer.raised', '"string"')  # a pattern of a canvas is none of SVG
    path.write_text(text, encoding="utf-8")
    return path


def opened(browser: Browser, path: Path) -> Page:
    context = browser.new_context(offline=True, viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.goto(path.as_uri(), wait_until="load")
    return page


def drags(browser: Browser, path: Path, repeats: int) -> tuple[float, float]:
    """Return median milliseconds from the slider's event to painted (two more warm up), and of no change at all."""
    page = opened(browser, path)
    page.evaluate(SCORE_LAYER)
    page.evaluate(DRAWN)
    idle = statistics.median(float(page.evaluate(DRAG, None)) for _ in range(repeats))
    taken = [float(page.evaluate(DRAG, k % 2)) for k in range(repeats + 2)]
    page.context.close()
    return statistics.median(taken[2:]), idle


def loads(browser: Browser, path: Path, repeats: int) -> tuple[float, float]:
    """Return the medians of first contentful paint and of the end of the frame drawn first, in milliseconds."""
    taken = []
    for _ in range(repeats):
        page = opened(browser, path)
        taken.append(page.evaluate(DRAWN))
        page.context.close()
    first, drawn = zip(*taken, strict=True)
    return statistics.median(first), statistics.median(drawn)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", nargs="?", type=Path)
    parser.add_argument("--repeats", type=int, default=15)
    given = parser.parse_args()
    result = result_of(given.directory)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = gt.write_offline(gt.suitability_map(result), Path(folder) / "map.html")
        peer = choropleth(result, Path(folder) / "choropleth.html")
        blank = Path(folder) / "blank.html"
        blank.write_text("<!DOCTYPE html><title>blank</title><p>x</p>", encoding="utf-8")
        size, plain = page.stat().st_size / 1e6, peer.stat().st_size / 1e6
        print(f"zones: {len(result.ranking)}")
        print(f"size: {size:.2f} MB, plain choropleth {plain:.2f} MB, ratio {size / plain:.3f}")
        chromium = os.environ.get("GEOTRANSFER_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        canvas, idle = drags(browser, page, given.repeats)
        svg, idle_svg = drags(browser, on_svg(page, Path(folder) / "svg.html"), given.repeats)
        print(f"drag to painted (median): canvas {canvas:.0f} ms, SVG {svg:.0f} ms, ratio {canvas / svg:.2f}")
        print(f"idle: canvas {idle:.0f} ms, SVG {idle_svg:.0f} ms")
        few = max(3, given.repeats // 3)
        (first, drawn), (first_blank, drawn_blank) = loads(browser, page, few), loads(browser, blank, few)
        print(f"first paint: {first:.0f} ms, blank page {first_blank:.0f} ms, ratio {first / first_blank:.1f}")
        print(f"map drawn: {drawn:.0f} ms, blank page {drawn_blank:.0f} ms")
        browser.close()


if __name__ == "__main__":
    main()
