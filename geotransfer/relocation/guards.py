"""What an origin keeps: of each industry, of its chain's core, of its industry as a whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geotransfer.errors import InputError
from geotransfer.relocation import blocks as b
from geotransfer.relocation.instance import Layout
from geotransfer.relocation.problem import Offer, Problem
from geotransfer.relocation.provinces import full_name
from geotransfer.types import FloatArray

__all__ = ["guards_of"]


def guards_of(problem: Problem, layout: Layout) -> list[b.Block]:
    """Return what is offered and how much of it may leave.

    Raises
    ------
    InputError
        A guard without what exists, an origin or industry that offers nothing, an industry without a value.
    """
    rules, guard = problem.rules, None
    if rules.origin_guard is not None:
        guard = _existing(problem, "origin_guard") * rules.origin_guard
    ratio = None
    if rules.replacement_ratio is not None:
        ratio = np.full(len(problem.industries), rules.replacement_ratio)
    found = b.offered(layout, replacement=ratio, guard=guard)
    if rules.cores:
        found.append(_cores(problem, layout))
    if rules.aggregate_guard is not None:
        found.append(_aggregate(problem, layout))
    return found


def _existing(problem: Problem, what: str) -> FloatArray:
    """Shape (origins,): all the capacity there is, t/a."""
    return _stands(problem.offers, problem.unit_t, f"{what} needs `existing` of every offer")


def _stands(offers: Sequence[Offer], unit_t: float, needs: str) -> FloatArray:
    """Shape (offers,): all the capacity there is of each, t/a."""
    lacking = [f"{o.origin} {o.industry}" for o in offers if o.existing is None]
    if lacking:
        raise InputError(f"{needs}; missing for {', '.join(lacking)}")
    return np.array([(offer.existing or 0.0) * unit_t for offer in offers])


def _cores(problem: Problem, layout: Layout) -> b.Block:
    keep: dict[tuple[str, str], float] = {}
    offered = {(full_name(offer.origin), offer.industry) for offer in problem.offers}
    for core in problem.rules.cores:
        for industry in core.industries:
            way = (full_name(core.origin), industry)
            if way not in offered:
                raise InputError(f"cores names {core.origin} / {industry}, which offers nothing; correct or remove it")
            keep[way] = max(keep.get(way, 0.0), core.keep)
    kept = [keep.get((full_name(offer.origin), offer.industry)) for offer in problem.offers]
    named = [(offer, share) for offer, share in zip(problem.offers, kept, strict=True) if share is not None]
    existing = _stands([offer for offer, _ in named], problem.unit_t, "cores needs `existing` of the offers it names")
    return b.kept(
        layout,
        "chain core",
        groups=[name if share is not None else "" for name, share in zip(layout.instance.origins, kept, strict=True)],
        worth=np.ones(len(problem.industries)),
        most=np.array([(1.0 - share) * t for (_, share), t in zip(named, existing, strict=True)]),
        replacement=problem.rules.replacement_ratio or 1.0,
    )


def _aggregate(problem: Problem, layout: Layout) -> b.Block:
    guard = problem.rules.aggregate_guard
    if guard is None:
        raise InputError("aggregate_guard is not given")
    lacking = [name for name, industry in problem.industries.items() if guard.by not in industry.value]
    if lacking:
        raise InputError(f"aggregate_guard needs value.{guard.by} of every industry; missing for {', '.join(lacking)}")
    worth = np.array([industry.value[guard.by] for industry in problem.industries.values()])
    stands = _existing(problem, "aggregate_guard") * worth[layout.instance.industry]
    groups = [full_name(offer.origin) for offer in problem.offers]
    names = list(dict.fromkeys(groups))
    own = np.array([names.index(group) for group in groups])
    sums = np.array([stands[own == number].sum() for number in range(len(names))])
    return b.kept(
        layout,
        "aggregate guard",
        groups=groups,
        worth=worth,
        most=sums * guard.share,
        replacement=problem.rules.replacement_ratio or 1.0,
        unit="yuan/a",
    )
