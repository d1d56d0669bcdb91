"""What moving a unit of production changes in CO2: the power of the two places, and the fuel of the two plants."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.energy.carbon import UNCLEAR, CarbonBooks, CarbonChange, carbon_change
from geotransfer.errors import InputError

__all__ = ["move_change"]


def move_change(
    origin: CarbonBooks,
    destination: CarbonBooks,
    *,
    kwh_per_unit: float,
    origin_kwh_per_unit: float | None = None,
    saved_outside_power: ArrayLike = 0.0,
    unclear: float = UNCLEAR,
) -> CarbonChange:
    """Return destination minus origin, t CO2 per unit of product, in the three books of power.

    Fuel and process CO2 move with the plant: they are the same at both ends unless the vintages differ. A move is never
    taken for a reduction: the verdict is "less" only where all three books say so.

    Parameters
    ----------
    origin, destination : CarbonBooks
        kg CO2/kWh at 转出地 and 承接地; shapes that broadcast.
    kwh_per_unit : float
        Electricity of the plant at the destination, above 0.
    origin_kwh_per_unit : float, optional
        Of the plant at the origin; the same when None.
    saved_outside_power : array_like
        Fuel and process CO2 of the origin's plant minus those of the new one, t per unit.
    unclear : float
        As in `carbon_change`, kg CO2 per kWh of the destination's plant.

    Raises
    ------
    InputError
        A use of electricity that is not above 0.

    Examples
    --------
    From a captive coal plant to the grid of 云南, the same technology: (0.1333 - 0.8273) x 13.4.

    >>> from geotransfer.energy.carbon import carbon_books
    >>> coal = carbon_books(0.6191, residual=0.6096, fossil=0.8273, captive=True)
    >>> yunnan = carbon_books(0.1333, residual=0.6096, fossil=0.8273)
    >>> change = move_change(coal, yunnan, kwh_per_unit=13_400)
    >>> round(float(change.average), 1), str(change.verdict)
    (-9.3, 'depends on the accounting')
    """
    old = kwh_per_unit if origin_kwh_per_unit is None else origin_kwh_per_unit
    if not (kwh_per_unit > 0 and old > 0):
        raise InputError(f"kWh per unit are {old!r} and {kwh_per_unit!r}, expected numbers above 0")
    # all that differs beside the grid is put on the origin, per kWh of the new plant
    scale, extra = old / kwh_per_unit, np.asarray(saved_outside_power, dtype=np.float64) * 1000.0 / kwh_per_unit
    before = CarbonBooks(*(book * scale + extra for book in (origin.average, origin.contract, origin.marginal)))
    return carbon_change(before, destination, kwh_per_t=kwh_per_unit, unclear=unclear)
