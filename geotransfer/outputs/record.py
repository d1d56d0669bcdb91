"""What `explain`, `diff`, the map, the report and `match` read of run.json, by type; another type is refused.

Keys that nothing reads may hold anything; keys that a later version added may be absent.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from geotransfer.errors import InputError
from geotransfer.outputs.record_parts import (
    ComparisonPart,
    Count,
    FreightPart,
    IndustryPart,
    OnlyText,
    Pair,
    Part,
    PolicyPart,
    PowerPart,
    ResolutionPart,
    RobustnessPart,
    Share,
    TextPart,
    WeightingPart,
    Words,
)

__all__ = ["ResultPart", "RunRecord", "checked_record"]

MOST_SAID = 3


class InputPart(Part):
    id: str
    title: TextPart
    unit: str
    period: Words
    source: Words
    licence: Words
    quality: Words
    known_error: TextPart
    error_scope: Words | None
    sha256: str | None


class CriterionPart(Part):
    id: str
    title: OnlyText
    group: str
    unit: str
    weight: Share
    direction: Literal["max", "min", "middle"]
    points: Annotated[list[Pair], Field(min_length=1)]
    why: TextPart
    scale: Literal["linear", "log"] = "linear"
    curve: TextPart | None = None

    @model_validator(mode="after")
    def _logarithms_exist(self) -> Self:
        if self.scale == "log" and not all(point[0] > 0 for point in self.points):
            raise ValueError("a log scale has points above 0 only")
        return self


class RulePart(Part):
    id: str
    title: OnlyText
    source: OnlyText
    zones_failed: Count
    area_alone_km2: float
    area_in_order_km2: float
    note: TextPart | None = None


class RoomPart(Part):
    area_km2: float
    share: float
    zones_failed: Count
    too_small: Count


class TitlePart(Part):
    id: str
    title: OnlyText


class ProvinceCounts(Part):
    province: str
    ranked: Count
    excluded: Count
    unknown: Count


class RuleCount(Part):
    rule: str
    zones: Count


class CountsPart(Part):
    ranked: Count
    excluded: Count
    unknown: Count
    by_province: list[ProvinceCounts]
    by_rule: list[RuleCount]


class ProvincePart(Part):
    province: str
    rank: Count
    zones: Count
    median_score: float
    best_zone: str
    best_rank: Count


class StatisticsPart(Part):
    between_province_variance_share: float | None
    best_site_vs_mean_spearman: float | None
    zone_value: Words
    site_area_km2: float
    resolution: float


class MapPart(Part):
    approval_number: str | None
    tiles: Literal["tianditu"] | None = None


class ResultPart(Part):
    """The part ``result``; the scenario in it is checked by `Scenario`."""

    geotransfer: str
    inputs: list[InputPart]
    criteria: Annotated[list[CriterionPart], Field(min_length=1)]
    rules: list[RulePart]
    room: RoomPart
    unchecked_rules: list[TitlePart]
    screening_note: OnlyText | None
    headline: OnlyText | None
    counts: CountsPart
    provinces: list[ProvincePart] = Field(default_factory=list)
    statistics: StatisticsPart
    map: MapPart
    weighting: WeightingPart | None = None
    power: PowerPart | None = None
    freight: FreightPart | None = None
    policy: PolicyPart | None = None
    industry: IndustryPart | None = None
    robustness: RobustnessPart | None = None
    comparison: ComparisonPart | None = None
    second_resolution: ResolutionPart | None = None

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        names = [criterion.id for criterion in self.criteria]
        if len(set(names)) < len(names):
            raise ValueError("two criteria have one id")
        total = sum(criterion.weight for criterion in self.criteria)
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the weights of the criteria sum up to {total:g}, expected 1")
        swings = self.comparison.weight_swings if self.comparison else None
        unknown = sorted(set(swings.left) - set(names)) if swings else []
        if unknown:
            raise ValueError(f"weight_swings names {unknown[0][:40]!r}, which is no criterion")
        return self


class ExecutionPart(Part):
    started: str
    seconds: float
    python: str
    versions: dict[str, str]


class RunRecord(Part):
    """run.json."""

    result: ResultPart
    execution: ExecutionPart


def checked_record(record: Any, folder: Path) -> RunRecord:
    """Return run.json by type.

    Parameters
    ----------
    record : mapping
        What the file holds.
    folder : Path
        For the message.

    Raises
    ------
    InputError
        Something that the outputs read is missing or of another type; the first three are named.

    Examples
    --------
    >>> checked_record({"result": {}}, Path("out"))
    Traceback (most recent call last):
        ...
    geotransfer.errors.InputError: run.json of 'out' holds what no run of geotransfer ... writes: ...
    """
    try:
        return RunRecord.model_validate(record)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
    said = [f"{'.'.join(map(str, one['loc']))[:120]}: {one['msg'].removeprefix('Value error, ')}" for one in found]
    more = f" and {len(said) - MOST_SAID} more" if len(said) > MOST_SAID else ""
    raise InputError(
        f"run.json of {str(folder)!r} holds what no run of geotransfer {_version()} writes: "
        f"{'; '.join(said[:MOST_SAID])}{more}. It is damaged, edited or of another version"
        f"{_written_by(record)}; run the scenario again"
    )


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("geotransfer")
    except PackageNotFoundError:
        return "of today"


def _written_by(record: Any) -> str:
    result = record.get("result") if isinstance(record, dict) else None
    named = result.get("geotransfer") if isinstance(result, dict) else None
    return f" ({named[:20]!r})" if isinstance(named, str) else ""
