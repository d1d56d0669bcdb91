"""The constraints of a matching, each a block of rows ``low <= matrix @ unknowns <= high``.

Unknowns are those of `Layout`: tonnes in units of ``unit_t``, plants as 0 or 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from geotransfer.errors import InputError
from geotransfer.relocation.instance import Layout
from geotransfer.types import BoolArray, FloatArray

__all__ = [
    "Block", "backup_site", "chain", "herfindahl_cut", "kept", "lots", "moved", "net_co2", "offered", "plant_size",
    "plants_per_zone", "province_share", "quota", "receiving_zones", "region_share", "stacked", "zone_limit",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Block:
    """Rows of one constraint.

    Attributes
    ----------
    name : str
        Which constraint; what a report and a conflict call it.
    labels : tuple of str
        One per row: the origin, place, province or industry it is about.
    matrix : sparse array
        Shape (rows, unknowns).
    low, high : ndarray
        Shape (rows,); infinite where there is no bound.
    physical : bool
        True for what cannot be given up (an offer, a plant's size); only others are relaxed to find a conflict.
    unit : str
        Of a row.
    scale : float
        A row times this is in `unit`.
    """

    name: str
    labels: tuple[str, ...]
    matrix: sp.csr_array
    low: FloatArray
    high: FloatArray
    unit: str = "t/a"
    scale: float = 1.0
    physical: bool = False

    def slack(self, unknowns: FloatArray) -> FloatArray:
        """Return how far each row is from its nearer bound, in `unit`; below 0 when it is broken."""
        values = self.matrix @ unknowns
        return np.asarray(np.minimum(values - self.low, self.high - values) * self.scale)


def _at_most(
    name: str,
    labels: Sequence[str],
    matrix: sp.csr_array,
    high: FloatArray,
    *,
    unit: str = "t/a",
    scale: float = 1.0,
    physical: bool = False,
) -> Block:
    return Block(name, tuple(labels), matrix, np.full(len(labels), -np.inf), high, unit, scale, physical)


def _at_least(
    name: str,
    labels: Sequence[str],
    matrix: sp.csr_array,
    low: FloatArray,
    *,
    unit: str = "t/a",
    scale: float = 1.0,
    physical: bool = False,
) -> Block:
    return Block(name, tuple(labels), matrix, low, np.full(len(labels), np.inf), unit, scale, physical)


def offered(layout: Layout, *, replacement: FloatArray | None = None, guard: FloatArray | None = None) -> list[Block]:
    """Return that nobody gives more than is offered, and no more than the guard lets go.

    Parameters
    ----------
    layout : Layout
        Of the instance.
    replacement : ndarray, optional
        Shape (industries,): tonnes closed for a tonne built (产能置换), at least 1.
    guard : ndarray, optional
        Shape (origins,): the most that may leave, t/a.
    """
    instance, n = layout.instance, len(layout.instance.origins)
    ratio = np.ones(len(instance.industries)) if replacement is None else replacement
    closed = layout.of_flows(layout.pair_origin, ratio[layout.pair_industry], n=n)
    unit = layout.unit_t
    found = [_at_most("offer", instance.origins, closed, instance.offer / unit, scale=unit, physical=True)]
    if guard is not None:
        found.append(_at_most("origin guard", instance.origins, closed, guard / unit, scale=unit))
    return found


def kept(
    layout: Layout,
    name: str,
    *,
    groups: Sequence[str],
    worth: FloatArray,
    most: FloatArray,
    replacement: float = 1.0,
    unit: str = "t/a",
) -> Block:
    """Return that each group of origins gives up no more than `most`, reckoned by what a tonne closed is worth.

    Parameters
    ----------
    layout : Layout
        Of the instance.
    name, unit : str
        Of the constraint; the unit of `most`.
    groups : sequence of str
        Shape (origins,); "" for an origin that is not limited.
    worth : ndarray
        Shape (industries,), in `unit` x a / t.
    most : ndarray
        Shape (groups,), for the distinct names in their order of appearance.
    replacement : float
        Tonnes closed for a tonne built.
    """
    names = [group for group in dict.fromkeys(groups) if group]
    number = np.array([names.index(group) if group else -1 for group in groups])[layout.pair_origin]
    mine = np.flatnonzero(number >= 0)
    values = worth[layout.pair_industry[mine]] * replacement * layout.unit_t
    matrix = layout.of_flows(number[mine], values, pairs=mine, n=len(names))
    return _normal(_at_most(name, names, matrix, most, unit=unit))


def moved(layout: Layout, amounts: FloatArray) -> Block:
    """Return that at least `amounts` (industries,), t/a, are built; NaN asks for nothing."""
    names, unit = layout.instance.industries, layout.unit_t
    matrix = layout.of_flows(layout.pair_industry, 1.0, n=len(names))
    return _at_least("moved", names, matrix, np.where(np.isnan(amounts), -np.inf, amounts / unit), scale=unit)


def plant_size(layout: Layout, *, smallest: FloatArray, largest: FloatArray) -> list[Block]:
    """Return that a plant that is opened has a size between `smallest` and `largest` (industries,), t/a."""
    unit, n = layout.unit_t, layout.n_plants
    tonnes = layout.of_flows(layout.pair_plant, 1.0, n=n)
    offers = np.bincount(layout.instance.industry, weights=layout.instance.offer, minlength=len(smallest))
    most = np.minimum(largest, offers)[layout.plant_industry] / unit
    least = smallest[layout.plant_industry] / unit
    rows = np.arange(n)
    labels = _plant_names(layout)
    return [
        _at_most(
            "largest plant", labels, tonnes - layout.of_plants(rows, most, n=n), np.zeros(n), scale=unit, physical=True
        ),
        _at_least(
            "smallest plant",
            labels,
            tonnes - layout.of_plants(rows, least, n=n),
            np.zeros(n),
            scale=unit,
            physical=True,
        ),
    ]


def lots(layout: Layout, smallest: float) -> list[Block]:
    """Return that a way that is used carries at least `smallest` t/a; the layout must have `lots`."""
    if not layout.lots:
        raise InputError("a smallest lot needs Layout(instance, lots=True): an unknown for each way")
    unit, n = layout.unit_t, layout.n_pairs
    rows = np.arange(n)
    tonnes = layout.of_flows(rows, 1.0, n=n)
    most = layout.instance.offer[layout.pair_origin] / unit
    names = [f"{layout.instance.origins[o]} - {layout.instance.destinations[d]}" for o, d in _pairs(layout)]
    used = [layout.of_ways_used(rows, values, n=n) for values in (np.full(n, smallest / unit), most)]
    return [
        _at_least("smallest lot", names, tonnes - used[0], np.zeros(n), scale=unit, physical=True),
        _at_most("way used", names, tonnes - used[1], np.zeros(n), scale=unit, physical=True),
    ]


def plants_per_zone(layout: Layout, most: int) -> Block:
    """Return that no place gets more than `most` plants."""
    names = layout.instance.destinations
    matrix = layout.of_plants(layout.plant_destination, 1.0, n=len(names))
    return _at_most("plants per zone", names, matrix, np.full(len(names), float(most)), unit="plants")


def zone_limit(layout: Layout, name: str, *, use: FloatArray, limit: FloatArray, unit: str) -> Block:
    """Return that the plants of a place use no more of a resource than it has.

    Parameters
    ----------
    layout : Layout
        Of the instance.
    name, unit : str
        Of the resource, for example "water", "m3/a".
    use : ndarray
        Shape (industries,): use of a tonne of product, in `unit` x a / t.
    limit : ndarray
        Shape (destinations,), in `unit`.

    Raises
    ------
    InputError
        A limit or a use that is not known: a constraint without data is refused, never silently off.
    """
    names = layout.instance.destinations
    _known(name, limit, names)
    _known(f"use of {name}", use, layout.instance.industries)
    matrix = layout.of_flows(layout.pair_destination, use[layout.pair_industry] * layout.unit_t, n=len(names))
    return _normal(_at_most(name, names, matrix, limit, unit=unit))


def quota(
    layout: Layout, name: str, *, use: FloatArray, groups: Sequence[str], limits: dict[str, float], unit: str
) -> Block:
    """Return that the plants of each group of places (a province) use no more than its quota.

    `use` has the shape (industries, destinations). Groups without a quota are not limited.
    """
    names, number = layout.groups(groups)
    unknown = sorted(set(limits) - set(names))
    if unknown:
        raise InputError(f"{name}: quota of {', '.join(unknown)}, where no destination lies; correct or remove it")
    used = np.isin(number[layout.pair_destination], [names.index(group) for group in limits])
    values = layout.by_industry(use)
    _known(f"use of {name}", values[used], [layout.instance.destinations[d] for d in layout.pair_destination[used]])
    matrix = layout.of_flows(number[layout.pair_destination], np.nan_to_num(values) * layout.unit_t, n=len(names))
    rows = [names.index(group) for group in limits]
    return _normal(_at_most(name, list(limits), matrix[rows], np.array([*limits.values()], dtype=float), unit=unit))


def chain(layout: Layout, *, first: int, then: int, groups: Sequence[str], ratio: float) -> Block:
    """Return that each group of places takes at least `ratio` tonnes of industry `then` per tonne of `first`."""
    names, number = layout.groups(groups)
    place, industry = number[layout.pair_destination], layout.pair_industry
    values = np.where(industry == then, 1.0, 0.0) - np.where(industry == first, ratio, 0.0)
    matrix = layout.of_flows(place, values, n=len(names))
    title = f"chain {layout.instance.industries[first]} - {layout.instance.industries[then]}"
    return _at_least(title, names, matrix, np.zeros(len(names)), scale=layout.unit_t)


def province_share(layout: Layout, industry: int, share: float) -> Block:
    """Return that no province takes more than `share` of what moves of an industry."""
    names, number = layout.groups(layout.instance.province)
    mine = np.flatnonzero(layout.pair_industry == industry)
    own = layout.of_flows(number[layout.pair_destination[mine]], 1.0, pairs=mine, n=len(names))
    rows, columns = np.repeat(np.arange(len(names)), len(mine)), np.tile(mine, len(names))
    whole = layout.of_flows(rows, share, pairs=columns, n=len(names))
    title = f"share of a province in {layout.instance.industries[industry]}"
    return _at_most(title, names, own - whole, np.zeros(len(names)), scale=layout.unit_t)


def receiving_zones(layout: Layout, industry: int, most: int) -> Block:
    """Return that at most `most` places take an industry."""
    mine = np.flatnonzero(layout.plant_industry == industry)
    matrix = layout.of_plants(np.zeros(len(mine), dtype=np.int64), 1.0, plants=mine, n=1)
    name = layout.instance.industries[industry]
    return _at_most(f"places that take {name}", (name,), matrix, np.array([float(most)]), unit="plants")


def herfindahl_cut(layout: Layout, industry: int, ceiling: float, unknowns: FloatArray) -> Block:
    """Return the cut that a solution above a Herfindahl ceiling breaks and every plan below it keeps.

    With Z the tonnes by province and T their sum, the ceiling says ``sum Z^2 <= H T^2``, that is ``|Z| <= sqrt(H) T``.
    For any direction u of length 1, ``u . Z <= |Z|``; the cut takes the direction of the solution:
    ``(Z* / |Z*|) . Z <= sqrt(H) T`` (supporting hyperplane of a second-order cone; Kelley, J. E. (1960), The
    cutting-plane method for solving convex programs, J. SIAM 8(4)).
    """
    _, number = layout.groups(layout.instance.province)
    mine = np.flatnonzero(layout.pair_industry == industry)
    place = number[layout.pair_destination[mine]]
    by_province = np.bincount(place, weights=np.maximum(unknowns[mine], 0.0))
    direction = by_province / np.linalg.norm(by_province)
    values = direction[place] - np.sqrt(ceiling)
    matrix = layout.of_flows(np.zeros(len(mine), dtype=np.int64), values, pairs=mine, n=1)
    name = layout.instance.industries[industry]
    return _at_most(f"Herfindahl ceiling of {name}", (name,), matrix, np.zeros(1), scale=layout.unit_t)


def region_share(layout: Layout, name: str, *, inside: BoolArray, share: float) -> Block:
    """Return that the places `inside` (destinations,) take at least `share` of all that moves."""
    if not inside.any():
        raise InputError(f"{name}: none of the destinations lies there; a share of {share:g} cannot go to nobody")
    values = np.where(inside[layout.pair_destination], 1.0, 0.0) - share
    matrix = layout.of_flows(np.zeros(layout.n_pairs, dtype=np.int64), values, n=1)
    return _at_least(name, (name,), matrix, np.zeros(1), scale=layout.unit_t)


def backup_site(layout: Layout, industry: int, distance_km: float) -> Block:
    """Return that every plant of an industry has another one at least `distance_km` away."""
    mine = np.flatnonzero(layout.plant_industry == industry)
    spots = layout.instance.xy_km[layout.plant_destination[mine]]
    apart = np.linalg.norm(spots[:, None, :] - spots[None, :, :], axis=2) >= distance_km
    rows, columns = np.nonzero(apart)
    n = len(mine)
    far = layout.of_plants(rows, 1.0, plants=mine[columns], n=n)
    here = layout.of_plants(np.arange(n), 1.0, plants=mine, n=n)
    name = layout.instance.industries[industry]
    labels = [layout.instance.destinations[d] for d in layout.plant_destination[mine]]
    return _at_least(f"backup site of {name}", labels, far - here, np.zeros(n), unit="plants")


def net_co2(layout: Layout, most: float) -> Block:
    """Return that the change of CO2 by all moves is at most `most`, t/a.

    Raises
    ------
    InputError
        A way whose change of CO2 is not known.
    """
    change = layout.by_pair(layout.instance.co2)
    _known("change of CO2", change, [layout.instance.destinations[d] for d in layout.pair_destination])
    matrix = layout.of_flows(np.zeros(layout.n_pairs, dtype=np.int64), change, n=1)
    unit = layout.unit_t
    return _at_most("net CO2", ("all",), matrix, np.array([most / unit]), unit="t CO2/a", scale=unit)


def stacked(blocks: Sequence[Block]) -> Block:
    """Return blocks of one name and unit as one."""
    first = blocks[0]
    return Block(
        first.name,
        tuple(label for block in blocks for label in block.labels),
        sp.csr_array(sp.vstack([block.matrix for block in blocks], format="csr")),
        np.concatenate([block.low for block in blocks]),
        np.concatenate([block.high for block in blocks]),
        first.unit,
        first.scale,
        first.physical,
    )


def _normal(block: Block) -> Block:
    """Return the same rows with coefficients about 1, so that the solver's tolerance means the same in every unit."""
    size = float(np.abs(block.matrix.data).max(initial=0.0)) or 1.0
    return Block(
        block.name, block.labels, block.matrix / size, block.low / size, block.high / size, block.unit,
        block.scale * size, block.physical,
    )  # fmt: skip


def _known(name: str, values: FloatArray, labels: Sequence[str]) -> None:
    unknown = np.flatnonzero(~np.isfinite(values))
    if len(unknown):
        first = ", ".join(dict.fromkeys(labels[i] for i in unknown[:5]))
        raise InputError(
            f"{name} is not known for {len(unknown)} of {len(values)} ({first}); expected a number for each: give it, "
            "leave those places out, or switch the constraint off"
        )


def _pairs(layout: Layout) -> list[tuple[int, int]]:
    return list(zip(layout.pair_origin.tolist(), layout.pair_destination.tolist(), strict=True))


def _plant_names(layout: Layout) -> list[str]:
    names, places = layout.instance.industries, layout.instance.destinations
    pairs: list[tuple[int, int]] = list(
        zip(layout.plant_industry.tolist(), layout.plant_destination.tolist(), strict=True)
    )
    return [f"{names[i]} in {places[d]}" for i, d in pairs]
