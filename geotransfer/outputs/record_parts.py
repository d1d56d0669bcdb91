"""The sections of run.json that not every run has, by type: weights, power, freight, policy, industry, draws."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from geotransfer.report.cost import POWER
from geotransfer.words import COST_TERMS, MODES

__all__ = [
    "ComparisonPart", "Count", "FreightPart", "IndustryPart", "OnlyText", "Pair", "Part", "PolicyPart", "PowerPart",
    "ResolutionPart", "RobustnessPart", "Share", "TextPart", "WeightingPart", "Words",
]  # fmt: skip

Count = Annotated[int, Field(ge=0, le=10**12)]
Share = Annotated[float, Field(ge=-1e-6, le=1 + 1e-6)]
Pair = Annotated[list[float], Field(min_length=2, max_length=2)]


class Part(BaseModel):
    """A part of the record: nothing is converted, infinite and NaN are none, other keys are let pass."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", allow_inf_nan=False, hide_input_in_errors=True)


class TextPart(Part):
    """A text in two languages."""

    zh: str
    en: str


class OnlyText(TextPart):
    """A text in two languages and nothing else: what `geotransfer.types.Text` is made of."""

    model_config = ConfigDict(extra="forbid")


Words = str | TextPart
"""A word that the outputs know, or a text of its own."""


class WeightingPart(Part):
    """Where the weights come from."""

    method: str
    objective_method: str = "own"
    zones: Count = 0
    consistency_ratio: float = 0.0
    worst_judgements: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _says_what_it_names(self) -> Self:
        given = self.model_fields_set
        if self.method == "combined" and "objective_method" not in given:
            raise ValueError("combined weights name their objective_method")
        if "consistency_ratio" in given and "worst_judgements" not in given:
            raise ValueError("a consistency_ratio comes with worst_judgements")
        return self


class AreaPart(Part):
    area: str
    grid_price: float | None
    grid_low: float | None
    grid_high: float | None
    wet: float | None
    dry: float | None
    hydro_share: float | None
    dry_season_risk: bool | None
    co2_average: float | None
    export_lines: Count
    export_gw: float | None


class PowerPart(Part):
    """How the plants buy power."""

    mode: str
    year: int
    green_share_counted: Share | None
    assumed_terms: list[str]
    notes: list[TextPart]
    areas: list[AreaPart] = Field(default_factory=list)


class FlowPart(Part):
    tonnes: float
    places: list[str]


class LegPart(Part):
    mode: str
    origin: str
    destination: str
    length_km: float
    path: Annotated[list[Pair], Field(min_length=2)]

    @model_validator(mode="after")
    def _is_on_earth(self) -> Self:
        if self.mode not in MODES:
            raise ValueError(f"mode is {self.mode[:40]!r}, expected one of {', '.join(MODES)}")
        if not all(abs(lon) <= 360 and abs(lat) <= 90 for lon, lat in self.path):
            raise ValueError("path leaves the earth")
        return self


class RoutePart(Part):
    origin: str
    destination: str
    legs: list[LegPart]
    cost_yuan_per_t: float
    hours: float


class UnreachedPart(Part):
    zone: str
    reason: str


class FreightPart(Part):
    """What is carried."""

    inputs: list[FlowPart]
    markets: list[FlowPart]
    corridor: str | None = None
    gateway: str | None = None
    corridor_signs_agree: float | None = None
    routes: list[RoutePart] = Field(default_factory=list)
    unreached: list[UnreachedPart]


class BasisPart(Part):
    zh: str
    en: str
    zones: Count


class ParameterPart(Part):
    title: TextPart
    note: TextPart
    value: float
    unit: str
    status: str


class OwnListPart(Part):
    name: str
    rows: Count
    in_force: Count
    banned: Count
    sources: list[str]


class SpecialAreaPart(Part):
    title: TextPart
    known: Count
    total: Count | None


class EditionPart(Part):
    title: TextPart
    edition: TextPart
    note: TextPart
    valid_from: str | None
    status: str
    in_force: bool
    completeness: str


class PolicyPart(Part):
    """What policy says."""

    kind: str
    industry: list[str]
    date: str
    directions: dict[str, Count]
    basis: list[BasisPart]
    restraints: list[TextPart]
    parameters: list[ParameterPart]
    own_lists: list[OwnListPart]
    history: list[TextPart]
    special_area_zones: Count
    special_area_lists: list[SpecialAreaPart]
    editions: list[EditionPart]


class FigurePart(Part):
    title: TextPart
    value: float | None
    unit: str
    source: str
    confidence: str


class ProfilePart(Part):
    title: TextPart
    product_unit: str
    figures: list[FigurePart]


class PricePart(Part):
    value: float
    low: float
    high: float
    unit: str
    source: str


class TermPart(Part):
    id: str
    column: str

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if self.id not in COST_TERMS:
            raise ValueError(f"term {self.id[:40]!r}, expected one of {', '.join(COST_TERMS)}")
        return self


class OriginPart(Part):
    name: str
    counties: Count
    power: str
    cost_yuan_per_unit: float | None

    @model_validator(mode="after")
    def _power_is_known(self) -> Self:
        if self.power not in POWER:
            raise ValueError(f"power is {self.power[:40]!r}, expected one of {', '.join(POWER)}")
        return self


class DisagreementPart(Part):
    name: str
    province: str
    rank: Count
    rank_cost: Count


class AgreementPart(Part):
    spearman: float | None
    zones: Count
    disagreements: list[DisagreementPart]


class IndustryPart(Part):
    """The industry, its costs and its origin."""

    profile: ProfilePart
    carbon_price: PricePart
    vintage: str
    year: int
    terms: list[TermPart]
    origin: OriginPart | None
    missing: list[TextPart]
    rank_agreement: AgreementPart | None
    kwh_per_unit: float | None = None


class StayPart(Part):
    stay: list[str]
    best_share: float


class SensitivityPart(Part):
    zone: str
    total: dict[str, float | None]


class RobustnessPart(Part):
    """What the draws say."""

    top_n: Count
    draws: Count
    seed: int
    concentration: float | None = None
    weights_drawn: str = "around the given ones"
    errors: dict[str, Any]
    given_weights: StayPart
    free_weights: StayPart
    sensitivity: list[SensitivityPart] | None = None

    @model_validator(mode="after")
    def _has_a_law(self) -> Self:
        if self.weights_drawn == "around the given ones" and self.concentration is None:
            raise ValueError("concentration is missing")
        return self


class MethodsPart(Part):
    methods: Annotated[list[str], Field(min_length=1)]
    always: list[str]
    spearman: list[list[float | None]]

    @model_validator(mode="after")
    def _is_square(self) -> Self:
        n = len(self.methods)
        if [len(row) for row in self.spearman] != [n] * n:
            raise ValueError(f"spearman is no table of {n} x {n}")
        return self


class ReversalsPart(Part):
    zones: Count
    share: float


class SwingPart(Part):
    model_config = ConfigDict(extra="forbid")
    lowered: Count
    raised: Count


class SwingsPart(Part):
    top: Annotated[int, Field(ge=1, le=10**9)]
    left: dict[str, SwingPart]


class CollinearityPart(Part):
    pairs: list[Annotated[list[str | float], Field(min_length=3, max_length=3)]]
    vif: dict[str, float | None]
    determined: list[str]

    @model_validator(mode="after")
    def _pairs_are_two_and_a_number(self) -> Self:
        for a, b, rho in self.pairs:
            if not (isinstance(a, str) and isinstance(b, str) and isinstance(rho, int | float)):
                raise ValueError("pairs holds something else than two criteria and a number")
        return self


class ComparisonPart(Part):
    """What other methods say."""

    top_n: Count
    methods: MethodsPart
    reversals: ReversalsPart | None = None
    weight_swings: SwingsPart | None = None
    collinearity: CollinearityPart


class ResolutionPart(Part):
    """What another grid says."""

    resolution: float
    spearman: float | None
    top_n: Count
    stay: list[str]
