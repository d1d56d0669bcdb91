"""`explain`: why a place stands where it stands, from a finished result and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from geotransfer.siting.contributions import ADDS_UP, LEAVE_ONE_OUT, contributions, losses
from geotransfer.siting.figures import Figure, figures_of
from geotransfer.siting.finished import FinishedResult
from geotransfer.siting.improvements import Improvement, improvements
from geotransfer.siting.score_field import ScoreField
from geotransfer.siting.similar import MEASURE, SimilarZone, similar_better
from geotransfer.siting.standing import Standing, number_of, standing_of, text_of
from geotransfer.siting.zone_land import RoomOfZone, RuleOnZone, room_of_zone, rules_on_zone, unchecked_on_zone
from geotransfer.siting.zone_names import find_zone
from geotransfer.types import FloatArray, Text
from geotransfer.words import REASONS, in_words

__all__ = ["CriterionPart", "Explanation", "explain"]

IDENTITY = ("zone", "adcode", "name", "prefecture", "province", "kind", "status")
TOP = 10
SIMILAR = 5


@dataclass(frozen=True)
class CriterionPart:
    """One criterion of a zone.

    Attributes
    ----------
    name, title, unit
        Of the criterion.
    value, score : float or None
        None where the zone has none.
    weight : float
        Share of 1.
    contribution : float or None
        What it does for the combined score (`Explanation.contribution_meaning`); None where there is no combined score.
    loss : float or None
        What the combined score would gain if this criterion alone had its best score of 1.
    """

    name: str
    title: Text
    value: float | None
    unit: str
    score: float | None
    weight: float
    contribution: float | None
    loss: float | None


@dataclass(frozen=True)
class Explanation:
    """Everything a finished result says about one zone.

    Attributes
    ----------
    zone, adcode, name, prefecture, province, kind, status
        As in the ranking.
    scenario : Text
        Its title.
    reason : Text or None
        Why the zone has no rank.
    standing : Standing
        Score and rank, or what they would be.
    criteria : tuple of CriterionPart
        The score taken apart. With the weighted sum the contributions add up to it within 1e-9.
    method : str
        How scores become one.
    adds_up : bool
        Whether the contributions add up to the score.
    contribution_meaning : Text
        What a contribution is.
    room : RoomOfZone
        Eligible land: needed, left, missing.
    rules : tuple of RuleOnZone
        Every rule that was checked, in order, with its basis and what it takes of this zone.
    unchecked_rules : tuple of RuleOnZone
        What the law asks for and had no data here.
    top : int
        The number of places `improvements` aims at.
    improvements : tuple of Improvement
        What each criterion by itself would have to become; empty for a zone that is among them already or has no rank.
    similar : tuple of SimilarZone
        The most similar places that rank before it.
    similarity_meaning : Text
        How similarity is measured.
    figures : tuple of Figure
        Costs, carbon, water and policy, as far as the ranking holds them.
    screening_note, headline : Text or None
        What stands above every table of this result: what was not checked, and what the ranks are worth.
    """

    zone: str
    adcode: str
    name: str
    prefecture: str
    province: str
    kind: str
    status: str
    scenario: Text
    reason: Text | None
    standing: Standing
    criteria: tuple[CriterionPart, ...]
    method: str
    adds_up: bool
    contribution_meaning: Text
    room: RoomOfZone
    rules: tuple[RuleOnZone, ...]
    unchecked_rules: tuple[RuleOnZone, ...]
    top: int
    improvements: tuple[Improvement, ...]
    similar: tuple[SimilarZone, ...]
    similarity_meaning: Text
    figures: tuple[Figure, ...]
    screening_note: Text | None
    headline: Text | None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, texts as ``{"zh": ..., "en": ...}``: what ``--json`` prints."""
        return asdict(self)


def explain(result: FinishedResult, zone: str) -> Explanation:
    """Say why a zone stands where it stands: the score taken apart, rules, room, what would help, who is better.

    Parameters
    ----------
    result : Result
        Of `run`, or of `read_result`: nothing is computed again but the combination of scores.
    zone : str
        Key, adcode or name of a zone of the ranking; a name that several have goes behind its province or prefecture.

    Returns
    -------
    Explanation
        Frozen; ``as_dict()`` for JSON.

    Raises
    ------
    InputError
        The name fits several zones.
    UnknownNameError
        It fits none.

    Notes
    -----
    With the weighted sum a contribution is weight x score, and the contributions add up to the score. Other methods
    have no such parts: there it is what the score loses when the criterion is left out.

    Examples
    --------
    >>> import geotransfer as gt
    >>> small = gt.scenario("aluminium").with_overrides({"within": ["宁夏"], "grid.resolution": 25_000})
    >>> found = explain(gt.run(small), "中卫 沙坡头")
    >>> abs(sum(part.contribution for part in found.criteria) - found.standing.score) < 1e-9
    True
    """
    ranking, record = result.ranking, result.provenance["result"]
    row = find_zone(ranking, str(zone))
    mine = ranking.iloc[row]
    records = record["criteria"]
    names = [criterion["id"] for criterion in records]
    weights = np.array([criterion["weight"] for criterion in records], dtype=np.float64)
    field = ScoreField.around(ranking, row, result.scenario.aggregation, names, weights)
    scores = mine[[f"score_{name}" for name in names]].to_numpy(dtype=np.float64)
    values = mine[names].to_numpy(dtype=np.float64)
    whole = not np.isnan(scores[weights > 0]).any() and len(field.others) + (mine["status"] == "ranked") > 0
    return Explanation(
        **{
            part: text_of(mine[part]) for part in ("zone", "adcode", "name", "prefecture", "province", "kind", "status")
        },
        scenario=Text(**record["scenario"]["title"]),
        reason=_reason(mine, record),
        standing=standing_of(mine, field, scores, whole=whole),
        criteria=_parts(records, field, values, scores, whole=whole),
        method=field.how.method,
        adds_up=field.how.method == "weighted_sum",
        contribution_meaning=ADDS_UP if field.how.method == "weighted_sum" else LEAVE_ONE_OUT,
        room=room_of_zone(result, mine),
        rules=rules_on_zone(result, mine),
        unchecked_rules=unchecked_on_zone(result, mine),
        top=TOP,
        improvements=_improvements(result, mine, field, scores, values),
        similar=similar_better(ranking, row, names, weights, count=SIMILAR),
        similarity_meaning=MEASURE,
        figures=figures_of(mine, result.columns),
        screening_note=Text(**record["screening_note"]) if record["screening_note"] else None,
        headline=Text(**record["headline"]) if record["headline"] else None,
    )


def _reason(zone: pd.Series[Any], record: Mapping[str, Any]) -> Text | None:
    """Return why a zone has no rank: a rule, a lack of room, criteria that are missing, no data."""
    reason = text_of(zone["reason"])
    if zone["status"] == "ranked" or not reason:
        return None
    titles = {item["id"]: item["title"] for item in (*record["rules"], *record["criteria"])}
    words = [in_words(titles.get(part, part), REASONS) for part in reason.split(";")]
    if zone["status"] == "unknown" and reason not in REASONS:
        return Text(
            zh=f"缺少指标: {'、'.join(w.zh for w in words)}", en=f"missing criteria: {', '.join(w.en for w in words)}"
        )
    return words[0]


def _parts(
    records: Sequence[Mapping[str, Any]], field: ScoreField, values: FloatArray, scores: FloatArray, *, whole: bool
) -> tuple[CriterionPart, ...]:
    done = contributions(field, scores) if whole else None
    lost = losses(field, scores) if whole else None
    return tuple(
        CriterionPart(
            record["id"],
            Text(**record["title"]),
            number_of(values[k]),
            record["unit"],
            number_of(scores[k]),
            float(field.weights[k]),
            None if done is None else number_of(done[k]),
            None if lost is None else number_of(lost[k]),
        )
        for k, record in enumerate(records)
    )


def _improvements(
    result: FinishedResult, zone: pd.Series[Any], field: ScoreField, scores: FloatArray, values: FloatArray
) -> tuple[Improvement, ...]:
    if zone["status"] != "ranked" or zone["rank"] <= TOP:
        return ()
    records = result.provenance["result"]["criteria"]
    return improvements(field, scores, values, records, result.scenario.criteria, top=TOP)
