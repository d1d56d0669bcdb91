"""Words that several rooms share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["BoolArray", "Bounds", "FloatArray", "IntArray", "Level", "Text"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
Bounds = tuple[float, float, float, float]
"""(left, bottom, right, top) in CRS units."""
Level = Literal["province", "prefecture", "county"]


@dataclass(frozen=True)
class Text:
    """One sentence in the two languages of every output.

    Examples
    --------
    >>> Text(zh="电价", en="power price").en
    'power price'
    """

    zh: str
    en: str

    def as_dict(self) -> dict[str, str]:
        """Return ``{"zh": ..., "en": ...}``."""
        return {"zh": self.zh, "en": self.en}
