"""The benchmark of the large raster, on a small one: it runs, and windows add up to the whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "bench_energy.py"


def test_a_small_raster_keeps_the_limit(cache_dir: Path) -> None:
    done = subprocess.run(
        [sys.executable, SCRIPT, "--scale", "50"], capture_output=True, encoding="utf-8", timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "360 x 440 cells" in done.stdout
    assert done.stdout.count("x reading") == 3
    assert "limit 2000 MB: kept" in done.stdout
