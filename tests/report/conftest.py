"""Small made-up results for the report room."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

NASTY = {3: "<script>alert(1)</script>", 4: '"></div>', 7: "{{ 7 * 7 }} {% raw %} & '"}


@pytest.fixture(scope="session")
def synthetic() -> ModuleType:
    path = Path(__file__).parents[1] / "synthetic_result.py"
    spec = importlib.util.spec_from_file_location("synthetic_result", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def result(synthetic: ModuleType) -> Any:
    """24 zones: 20 ranked, 2 excluded, 2 unknown; three with names that are markup."""
    return synthetic.small_result(names=NASTY)
