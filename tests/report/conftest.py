"""Small made-up results for the report room."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
import synthetic_result


@pytest.fixture(scope="session")
def synthetic() -> ModuleType:
    return synthetic_result


@pytest.fixture
def result() -> Any:
    """24 zones: 20 ranked, 2 excluded, 2 unknown; three with names that are markup."""
    return synthetic_result.small_result(names=synthetic_result.NASTY)
