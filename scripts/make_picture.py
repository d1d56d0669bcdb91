"""Draw docs/map.png, the picture of the README, from the map of a finished run; or that of a plan for docs/match.md.

    python scripts/make_picture.py out/aluminium [--chromium /usr/bin/chromium]
    python scripts/make_picture.py plan_bound --picture docs/match.png

Needs the test extra (playwright, pillow) and a Chromium.
"""

from __future__ import annotations

import argparse
import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).parents[1] / "docs" / "map.png"
SIZE = {"width": 1366, "height": 768}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("result", type=Path)
    parser.add_argument("--picture", type=Path, default=PICTURE)
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    arguments = parser.parse_args()
    page_uri = (arguments.result / "map.html").resolve().as_uri()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=arguments.chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_context(offline=True, viewport=SIZE, locale="zh-CN").new_page()
        page.goto(page_uri)
        page.wait_for_timeout(1000)
        shot = page.screenshot()
        browser.close()
    # 128 colours are enough for the map and keep the file small
    Image.open(io.BytesIO(shot)).convert("RGB").quantize(128).save(arguments.picture, optimize=True)
    print(f"{arguments.picture.name}: {arguments.picture.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
