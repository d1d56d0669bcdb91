"""What every part of a scenario is: a frozen value that refuses keys it does not know."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Finite", "Model"]

Finite = Annotated[float, Field(allow_inf_nan=False)]


class Model(BaseModel):
    """A frozen value; a key it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
