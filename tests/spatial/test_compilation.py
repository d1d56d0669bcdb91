from __future__ import annotations

import subprocess
import sys

import numba
import pytest

from geotransfer.spatial import compilation


def doubled(number: float) -> float:
    return 2 * number


def test_a_function_is_compiled_once() -> None:
    first = compilation.compiled(doubled)
    assert first(4.0) == 8.0
    assert compilation.compiled(doubled) is first


def test_a_folder_that_cannot_be_written_to_only_makes_it_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def refuses(**options: bool) -> object:
        asked.append(options)
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(numba, "njit", refuses)
    compilation._compiled.cache_clear()
    assert compilation.compiled(doubled)(4.0) == 8.0
    assert asked == [{"cache": True}, {}]
    compilation._compiled.cache_clear()


def test_numba_is_not_imported_before_it_is_needed() -> None:
    code = (
        "import sys, geotransfer.spatial.cost_distance, geotransfer.spatial.distance_transform;"
        "sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
