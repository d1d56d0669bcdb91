"""The page of reliability holds what the script counts: the same classes, no number larger than what is collected."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_SPEC = importlib.util.spec_from_file_location("reliability", ROOT / "scripts" / "reliability.py")
assert _SPEC is not None
assert _SPEC.loader is not None
reliability = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(reliability)


def test_the_page_claims_no_more_than_is_collected() -> None:
    counts = reliability.collected()
    page = reliability.PAGE.read_text(encoding="utf-8")
    printed = dict(re.findall(r"^\| (.+?) \| (\d+) \| `tests", page, flags=re.MULTILINE))
    assert list(printed) == list(reliability.CLASSES)
    for name, files in reliability.CLASSES.items():
        assert all(counts[file] > 0 for file in files), name
        assert 0 < int(printed[name]) <= sum(counts[file] for file in files), name


def test_the_page_holds_the_record_of_the_long_runs() -> None:
    lines = reliability.fuzz_table()
    assert len(lines) > 2
    assert "\n".join(lines) in reliability.PAGE.read_text(encoding="utf-8")
