"""From a problem to the rows a plan must keep."""

from __future__ import annotations

import numpy as np

from geotransfer.errors import InputError
from geotransfer.relocation import blocks as b
from geotransfer.relocation.guards import guards_of
from geotransfer.relocation.instance import Layout
from geotransfer.relocation.problem import RESOURCES, Problem
from geotransfer.relocation.reading import Places
from geotransfer.relocation.rules import Quota, Region
from geotransfer.types import BoolArray, FloatArray

__all__ = ["blocks_of", "ceilings_of", "co2_here", "costs_of"]

SPECIAL, AREAS = "special areas", "policy_special_area"


def blocks_of(problem: Problem, places: Places, layout: Layout) -> list[b.Block]:
    """Return every constraint of a problem.

    Raises
    ------
    InputError
        A constraint whose data are missing, or places that cannot take what must move.
    """
    sizes = [np.array([getattr(i, key) for i in problem.industries.values()]) * problem.unit_t
             for key in ("smallest_plant", "largest_plant")]  # fmt: skip
    asked = _asked(problem, layout)
    _check_room(layout, asked, sizes[1])
    return [
        *guards_of(problem, layout),
        b.moved(layout, asked),
        *b.plant_size(layout, smallest=sizes[0], largest=sizes[1]),
        *_of_places(problem, places, layout),
        *_of_areas(problem, places, layout),
        *_of_industries(problem, layout),
    ]


def _asked(problem: Problem, layout: Layout) -> FloatArray:
    offers = np.bincount(layout.instance.industry, weights=layout.instance.offer, minlength=len(problem.industries))
    ratio = problem.rules.replacement_ratio or 1.0
    if isinstance(problem.moved, dict):
        return np.array([problem.moved.get(name, np.nan) for name in problem.industries]) * problem.unit_t
    share = 1.0 if problem.moved == "all" else float(problem.moved)
    # what is closed is all that is offered; what is built is less by the replacement ratio
    return np.asarray(offers * share / ratio)


def _check_room(layout: Layout, asked: FloatArray, largest: FloatArray) -> None:
    room = np.bincount(layout.plant_industry, minlength=len(asked)) * largest
    for name, tonnes, fits in zip(layout.instance.industries, asked, room, strict=True):
        if tonnes > fits * (1 + 1e-9):
            raise InputError(
                f"{tonnes:,.0f} t/a of {name} must move and the candidates hold at most {fits:,.0f} t/a; give more "
                "candidates, a larger plant, or move less"
            )


def _of_places(problem: Problem, places: Places, layout: Layout) -> list[b.Block]:
    rules, found = problem.rules, []
    for name, limit in rules.zone_limits.items():
        if limit.zones is not None:
            found.append(_of_some(name, limit.zones, problem, places, layout))
            continue
        if limit.value is not None:
            values = np.full(len(places.table), limit.value)
        else:
            values = places.column(str(limit.column)) * limit.factor
        found.append(b.zone_limit(layout, name, use=_use(problem, name), limit=values, unit=f"{RESOURCES[name]}/a"))
    if rules.plants_per_zone is not None:
        found.append(b.plants_per_zone(layout, rules.plants_per_zone))
    if rules.smallest_lot is not None:
        found += b.lots(layout, rules.smallest_lot * problem.unit_t)
    return found


def _of_some(name: str, limits: dict[str, float], problem: Problem, places: Places, layout: Layout) -> b.Block:
    """Return a limit of the places that are named, by key or name; the others have none."""
    table, by_key = places.table, {}
    for zone, limit in limits.items():
        keys = table.index[(table.index == zone) | (table["name"] == zone)]
        if len(keys) != 1:
            told = (
                f"stands for {', '.join(keys)}; give the key" if len(keys) else "is no candidate; correct or remove it"
            )
            raise InputError(f"limit of {name}: zone {zone!r} {told}")
        by_key[str(keys[0])] = limit
    use = np.broadcast_to(_use(problem, name)[:, None], (len(problem.industries), len(table)))
    unit = f"{RESOURCES[name]}/a"
    return b.quota(layout, name, use=use, groups=[str(key) for key in table.index], limits=by_key, unit=unit)


def _use(problem: Problem, resource: str) -> FloatArray:
    return np.array([industry.use.get(resource, np.nan) for industry in problem.industries.values()])


def _of_areas(problem: Problem, places: Places, layout: Layout) -> list[b.Block]:
    rules, names = problem.rules, list(problem.industries)
    found = [_quota(quota, problem, places, layout) for quota in rules.quotas]
    for chain in rules.chains:
        if strange := {chain.first, chain.then} - set(names):
            raise InputError(f"chain of {', '.join(sorted(strange))}, expected industries of {', '.join(names)}")
        groups = places.table[chain.level].tolist()
        first, then = names.index(chain.first), names.index(chain.then)
        found.append(b.chain(layout, first=first, then=then, groups=groups, ratio=chain.ratio))
    found += [_region(region, places, layout) for region in rules.regions]
    if rules.special_areas is not None:
        found.append(b.region_share(layout, SPECIAL, inside=_special(places), share=rules.special_areas))
    return found


def _special(places: Places) -> BoolArray:
    """Shape (places,): those that the policy lists of a run name as a special area."""
    known = [ranking[AREAS] for ranking in places.rankings.values() if AREAS in ranking]
    if not known:
        raise InputError(f"special_areas needs the column {AREAS} of a run; run a scenario with [policy]")
    listed = [(areas.fillna("").astype(str).str.strip() != "").to_numpy(dtype=bool) for areas in known]
    return np.asarray(np.logical_or.reduce(listed))


def _quota(quota: Quota, problem: Problem, places: Places, layout: Layout) -> b.Block:
    shape = (len(problem.industries), len(places.table))
    if quota.resource != "co2":
        use, unit = np.broadcast_to(_use(problem, quota.resource)[:, None], shape), f"{RESOURCES[quota.resource]}/a"
    else:
        use, unit = np.array([co2_here(name, problem, places) for name in problem.industries]), "t CO2/a"
    title = f"quota of {quota.resource}"
    return b.quota(layout, title, use=use, groups=places.table["province"].tolist(), limits=quota.limits, unit=unit)


def co2_here(name: str, problem: Problem, places: Places) -> FloatArray:
    """Return t CO2 of power per t of product at each place (average book); NaN where unknown."""
    ranking = places.rankings[name]
    kwh, column = problem.industries[name].use.get("electricity", np.nan), "co2_average_kg_per_kwh"
    if column not in ranking:
        return np.full(len(ranking), np.nan)
    return np.asarray(ranking[column].to_numpy(dtype=np.float64) * kwh / 1000.0)


def _region(region: Region, places: Places, layout: Layout) -> b.Block:
    table = places.table
    inside = (
        table["province"].isin(region.provinces) | table.index.isin(region.zones) | table["name"].isin(region.zones)
    )
    return b.region_share(layout, region.name, inside=inside.to_numpy(dtype=bool), share=region.share)


def _of_industries(problem: Problem, layout: Layout) -> list[b.Block]:
    rules, found = problem.rules, []
    for k, _ in enumerate(problem.industries):
        if rules.province_share is not None:
            found.append(b.province_share(layout, k, rules.province_share))
        if rules.receiving_zones is not None:
            found.append(b.receiving_zones(layout, k, rules.receiving_zones))
        if rules.backup_km is not None:
            found.append(b.backup_site(layout, k, rules.backup_km))
    if rules.net_co2 is not None:
        found.append(b.net_co2(layout, rules.net_co2))
    return [*found, *_national(problem, layout)]


def _national(problem: Problem, layout: Layout) -> list[b.Block]:
    """Return that what exists, less what closes, plus what is built keeps the national ceiling."""
    ratio, names, found = problem.rules.replacement_ratio or 1.0, list(problem.industries), []
    for name, national in problem.rules.national.items():
        if name not in names:
            raise InputError(f"national ceiling of {name!r}, expected an industry of {', '.join(names)}")
        mine = np.flatnonzero(layout.pair_industry == names.index(name))
        matrix = layout.of_flows(np.zeros(len(mine), dtype=np.int64), 1.0 - ratio, pairs=mine, n=1)
        room = np.array([(national.ceiling - national.existing) * problem.unit_t / layout.unit_t])
        title = f"national ceiling of {name}"
        found.append(b.Block(title, (name,), matrix, np.array([-np.inf]), room, scale=layout.unit_t))
    return found


def ceilings_of(problem: Problem) -> dict[int, float]:
    """Return the Herfindahl ceiling by number of the industry."""
    ceiling = problem.rules.herfindahl
    return {} if ceiling is None else dict.fromkeys(range(len(problem.industries)), ceiling)


def costs_of(problem: Problem, layout: Layout) -> FloatArray:
    """Return what one unit of each unknown costs by the goal: yuan/a, or less suitability, or a mix of both.

    Raises
    ------
    InputError
        A carbon price where the change of CO2 of a way is not known.
    """
    goal, instance = problem.goal, layout.instance
    yuan = layout.by_pair(instance.cost)
    if goal.carbon_price > 0:
        change = layout.by_pair(instance.co2)
        if np.isnan(change).any():
            raise InputError("a carbon price needs the change of CO2 of every way: use.electricity, carbon of power")
        yuan = yuan + goal.carbon_price * change
    score = layout.by_industry(instance.score)
    if goal.kind == "suitability":
        values = -score
    elif goal.kind == "mix":
        values = (1 - goal.mix) * _by_range(yuan) - goal.mix * _by_range(score)
    else:
        values = yuan
    return np.concatenate([values * layout.unit_t, np.zeros(layout.size - layout.n_pairs)])


def _by_range(values: FloatArray) -> FloatArray:
    spread = float(np.ptp(values))
    return np.asarray((values - values.min()) / spread if spread > 0 else np.zeros_like(values))
