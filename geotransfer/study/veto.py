"""Vetoes: land whose score in one criterion is too low is out, however good the rest is.

A veto takes its land after all rules, in the ledger of areas too, where it stands as ``veto_<criterion>``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from geotransfer.spatial.zonal import Coverage
from geotransfer.spec.criteria import ColumnSource, Criterion, TableSource
from geotransfer.spec.scoring import score
from geotransfer.study.evaluate import RuleStep
from geotransfer.supply.measured import Measured
from geotransfer.types import BoolArray, FloatArray, Text

__all__ = ["veto_ids", "veto_steps", "veto_title", "vetoed_cells", "whole_zone_vetoes"]


def veto_ids(criteria: Mapping[str, Criterion]) -> dict[str, str]:
    """Return criterion by the identifier of its veto.

    Examples
    --------
    >>> from geotransfer.spec.scenario import scenario
    >>> veto_ids(scenario("aluminium").with_overrides({"criteria.people.veto": 0.2}).criteria)
    {'veto_people': 'people'}
    """
    return {f"veto_{name}": name for name, criterion in criteria.items() if criterion.veto is not None}


def whole_zone_vetoes(criteria: Mapping[str, Criterion]) -> frozenset[str]:
    """Return the vetoes that forbid a zone as a whole: those of criteria with one value a zone."""
    return frozenset(
        veto
        for veto, name in veto_ids(criteria).items()
        if isinstance(criteria[name].source, TableSource | ColumnSource)
    )


def veto_title(criterion: Criterion) -> Text:
    """Return what a reader calls the veto."""
    return Text(
        zh=f"一票否决: {criterion.title.zh}得分低于 {criterion.veto:g}",
        en=f"veto: score of {criterion.title.en} below {criterion.veto:g}",
    )


def veto_steps(
    criteria: Mapping[str, Criterion],
    measured: Mapping[str, Measured],
    covered: Coverage,
    before: Sequence[RuleStep],
) -> list[RuleStep]:
    """Return the steps that come after the rules, one for each veto."""
    left = before[-1].left if before else np.ones(len(covered.cell))
    steps = []
    for veto, name in veto_ids(criteria).items():
        alone = np.where(_below(criteria[name], measured[name].at(covered)), 0.0, 1.0)
        left = left * alone
        steps.append(RuleStep(veto, alone, left))
    return steps


def vetoed_cells(criteria: Mapping[str, Criterion], scores: FloatArray) -> BoolArray:
    """Return the cells that a veto takes; `scores` of shape (height, width, criteria), all criteria in their order."""
    lowest = np.array([np.nan if c.veto is None else c.veto for c in criteria.values()])
    # comparisons with NaN are false: no veto, and no score
    return (
        np.asarray((scores < lowest).any(axis=-1)) if np.isfinite(lowest).any() else np.zeros(scores.shape[:-1], bool)
    )


def _below(criterion: Criterion, values: FloatArray) -> BoolArray:
    return np.asarray(score(criterion, values) < (criterion.veto or 0.0))
