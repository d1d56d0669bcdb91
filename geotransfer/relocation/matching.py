"""`match`: who moves what to where, and what stood in the way."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy.sparse as sp

from geotransfer.errors import InputError
from geotransfer.relocation.blocks import Block, net_co2, stacked
from geotransfer.relocation.building import blocks_of, ceilings_of, costs_of
from geotransfer.relocation.conflicts import Conflict, find_conflict
from geotransfer.relocation.cooperation import enclave_zones
from geotransfer.relocation.front import Front, epsilon_front
from geotransfer.relocation.instance import Layout
from geotransfer.relocation.problem import Problem
from geotransfer.relocation.reading import Places, instance_of, read_places
from geotransfer.relocation.search import CEILING_TOLERANCE
from geotransfer.relocation.solution import Limits, Solved, herfindahl_of
from geotransfer.relocation.solving import with_ceilings
from geotransfer.types import FloatArray

__all__ = ["Matching", "Slack", "match"]

SMALLEST_T = 1e-3
"""Tonnes below which a flow is the solver's rounding."""
BINDS = 1e-4
"""A row binds when its slack is below this share of what the whole problem moves, or 1e-4 plants."""


@dataclass(frozen=True)
class Slack:
    """How much room a constraint leaves in its tightest row: which row, how much, in what unit, how many rows bind."""

    name: str
    label: str
    least: float
    unit: str
    binding: int
    rows: int


@dataclass(frozen=True, eq=False)
class Matching:
    """A plan, or why there is none.

    Attributes
    ----------
    problem : Problem
    places : Places
    flows, plants : DataFrame
        Columns as `geotransfer.relocation.columns.TABLES` describes them; without a plan no rows.
    slack : tuple of Slack
        One per constraint.
    solved : Solved
        Status, objective, bound, gap, seconds, rounds of cuts.
    herfindahl : dict
        Industry -> sum of the squared shares of provinces.
    above_ceiling : dict
        Industry -> what is left above the Herfindahl ceiling after the last round of cuts; 0 within a millionth of it.
    conflict : Conflict or None
        When nothing fits: what stands in the way.
    front : Front or None
        Of cost against CO2, when the goal is "front".
    """

    problem: Problem
    places: Places
    flows: pd.DataFrame
    plants: pd.DataFrame
    slack: tuple[Slack, ...]
    solved: Solved
    herfindahl: dict[str, float]
    above_ceiling: dict[str, float]
    conflict: Conflict | None = None
    front: Front | None = None

    @property
    def lines(self) -> gpd.GeoDataFrame:
        """The flows as lines from a point of the origin's province to the place, EPSG:4326."""
        from geotransfer.relocation.drawing import flow_lines

        return flow_lines(self.flows, self.places)

    @property
    def slack_table(self) -> pd.DataFrame:
        """The slack of each constraint as a table, a row each."""
        return pd.DataFrame([asdict(row) for row in self.slack], columns=[field.name for field in fields(Slack)])

    @property
    def front_table(self) -> pd.DataFrame | None:
        """Cost and change of CO2 of the plans of the front; None without one."""
        if self.front is None:
            return None
        return pd.DataFrame({"cost_yuan": self.front.cost, "co2_change_t": self.front.co2})


def match(problem: Problem) -> Matching:
    """Match what origins offer with places that may take it.

    Parameters
    ----------
    problem : Problem
        See `Problem.from_file`.

    Returns
    -------
    Matching
        With a plan, or with the constraints that cannot hold together.

    Raises
    ------
    InputError
        Data of a constraint are missing, or the candidates cannot hold what must move; or no plan was found in time.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import geotransfer as gt
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> small = gt.scenario("aluminium").with_overrides({"within": ["宁夏"], "grid.resolution": 25_000})
    >>> gt.write_result(gt.run(small), folder / "out")
    >>> smelter = {"result": str(folder / "out"), "smallest_plant": 10, "largest_plant": 50,
    ...            "use": {"electricity": 13400}}
    >>> problem = gt.Problem.from_mapping({
    ...     "schema": 1, "unit": "万t/a", "industries": {"aluminium": smelter},
    ...     "offers": [{"origin": "山东", "industry": "aluminium", "capacity": 50}],
    ... })
    >>> round(gt.match(problem).flows["tonnes"].sum())
    500000
    """
    places = read_places(problem)
    enclave_zones(problem.cooperation, places.table)  # an unknown place is told of before the search, not after it
    layout = Layout(instance_of(problem, places), lots=problem.rules.smallest_lot is not None)
    if not layout.n_pairs:
        raise InputError("no way is open: no candidate has a score and a cost for an industry that is offered")
    blocks = blocks_of(problem, places, layout)
    costs, ceilings = costs_of(problem, layout), ceilings_of(problem)
    limits = Limits(problem.limits.seconds, problem.limits.gap)
    solved, cuts = with_ceilings(layout, costs, blocks, ceilings=ceilings, limits=limits)
    flows, plants = _flows(solved, problem, places, layout), _plants(solved, places, layout)
    if solved.unknowns is None:
        conflict = find_conflict(layout, [*blocks, *cuts], seconds=min(20.0, limits.seconds))
        return Matching(problem, places, flows, plants, (), solved, {}, {}, conflict)
    shares = {name: herfindahl_of(layout, solved.unknowns, k) for k, name in enumerate(problem.industries)}
    above = {
        name: max(shares[name] - ceilings[k], 0.0) * (shares[name] > ceilings[k] * (1 + CEILING_TOLERANCE))
        for k, name in enumerate(problem.industries)
        if k in ceilings and np.isfinite(shares[name])
    }
    front = _front(problem, layout, blocks, costs) if problem.goal.kind == "front" else None
    slack = tuple(_slack(block, layout, solved.unknowns) for block in _joined(blocks, cuts))
    return Matching(problem, places, flows, plants, slack, solved, shares, above, None, front)


def _front(problem: Problem, layout: Layout, blocks: list[Block], costs: FloatArray) -> Front:
    change = layout.by_pair(layout.instance.co2) * layout.unit_t
    if np.isnan(change).any():
        raise InputError("a front of cost against CO2 needs the change of CO2 of every way")
    co2 = np.concatenate([change, np.zeros(layout.size - layout.n_pairs)])
    limits, ceilings = Limits(problem.limits.seconds, problem.limits.gap), ceilings_of(problem)

    def solve(weights: FloatArray, most: float) -> Solved:
        capped = [*blocks, net_co2(layout, most)] if np.isfinite(most) else blocks
        return with_ceilings(layout, weights, capped, ceilings=ceilings, limits=limits)[0]

    return epsilon_front(solve, cost=costs, co2=co2, points=problem.goal.points)


def _joined(blocks: list[Block], cuts: list[Block]) -> list[Block]:
    """Return the blocks with the cuts of a ceiling as one."""
    return [*blocks, *(stacked([cut for cut in cuts if cut.name == name]) for name in {cut.name: 0 for cut in cuts})]


def _slack(block: Block, layout: Layout, unknowns: FloatArray) -> Slack:
    slack = block.slack(unknowns)
    size = np.abs(block.matrix).max() * block.scale * (layout.instance.offer.sum() / layout.unit_t)
    tight = BINDS * (1.0 if block.unit == "plants" else float(size))
    # the row of a plant that is not built says nothing
    touched = sp.csr_array((np.ones(block.matrix.nnz), block.matrix.indices, block.matrix.indptr), block.matrix.shape)
    said = touched @ (np.abs(unknowns) > SMALLEST_T / layout.unit_t).astype(np.float64) > 0
    if not said.any():
        return Slack(block.name, "", float("inf"), block.unit, 0, len(slack))
    row = int(np.argmin(np.where(said, slack, np.inf)))
    binding = int(((slack <= tight) & said).sum())
    return Slack(block.name, block.labels[row], float(slack[row]), block.unit, binding, len(slack))


def _flows(solved: Solved, problem: Problem, places: Places, layout: Layout) -> pd.DataFrame:
    tonnes = np.zeros(0) if solved.unknowns is None else solved.unknowns[: layout.n_pairs]
    tonnes = tonnes * layout.unit_t
    used = np.flatnonzero(tonnes > SMALLEST_T)
    origin, place, moved = layout.pair_origin[used], layout.pair_destination[used], tonnes[used]
    table, offers = places.table.iloc[place], [problem.offers[k] for k in origin]
    return _largest_first(pd.DataFrame({
        "origin": [offer.origin for offer in offers],
        "industry": [offer.industry for offer in offers],
        "zone": table.index.to_numpy(),
        "name": table["name"].to_numpy(),
        "province": table["province"].to_numpy(),
        "tonnes": moved,
        "closed": moved * (problem.rules.replacement_ratio or 1.0),
        "cost_yuan": moved * layout.instance.cost[origin, place],
        "co2_change_t": moved * layout.instance.co2[origin, place],
    }))  # fmt: skip


def _plants(solved: Solved, places: Places, layout: Layout) -> pd.DataFrame:
    if solved.unknowns is None:
        tonnes: FloatArray = np.zeros(layout.n_plants)
    else:
        moved = np.maximum(solved.unknowns[: layout.n_pairs], 0.0) * layout.unit_t
        tonnes = np.asarray(np.bincount(layout.pair_plant, weights=moved, minlength=layout.n_plants), np.float64)
    used = np.flatnonzero(tonnes > SMALLEST_T)
    place, industry = layout.plant_destination[used], layout.plant_industry[used]
    table = places.table.iloc[place]
    return _largest_first(pd.DataFrame({
        "zone": table.index.to_numpy(),
        "name": table["name"].to_numpy(),
        "province": table["province"].to_numpy(),
        "industry": [layout.instance.industries[k] for k in industry],
        "tonnes": tonnes[used],
        "score": layout.instance.score[industry, place],
    }))  # fmt: skip


def _largest_first(table: pd.DataFrame) -> pd.DataFrame:
    """Return rows by industry, the largest first; the solver's last digits do not decide between equal ones."""
    whole = table.assign(_whole=table["tonnes"].round())
    keys = [key for key in ("industry", "_whole", "zone", "origin") if key in whole]
    ordered = whole.sort_values(keys, ascending=[key != "_whole" for key in keys], ignore_index=True)
    return ordered.drop(columns="_whole")
