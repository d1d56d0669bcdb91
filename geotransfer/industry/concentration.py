"""How industries are spread over places: location quotient, gradient coefficient, Krugman index, Herfindahl index.

Every table has the shape (places, industries) and one unit: value added, output or employment. Its places together are
the country (or whatever the places are compared with), so every place of it has to be there.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = ["gradient_coefficient", "herfindahl", "krugman_index", "location_quotient"]


def location_quotient(amounts: ArrayLike) -> FloatArray:
    """Return the share of each industry in its place over the industry's share in all places together (区位商).

    Parameters
    ----------
    amounts : array, shape (places, industries)
        Value added, output or employment in one unit, at least 0. The industries together are the economy compared.

    Returns
    -------
    array, shape (places, industries)
        LQ_ij = (x_ij / x_i.) / (x_.j / x_..), no unit; over 1 = the place holds more of the industry than its size
        says. NaN where the place has nothing at all or nobody has the industry.

    Raises
    ------
    InputError
        Not two axes, a negative or missing amount, or nothing anywhere.

    Notes
    -----
    Isard (1960), Methods of Regional Analysis, chapter 7.

    Examples
    --------
    >>> location_quotient([[30, 70], [10, 90]]).round(3)
    array([[1.5  , 0.875],
           [0.5  , 1.125]])
    """
    table = _amounts(amounts, name="amounts")
    return _ratio(_shares_of_rows(table), table.sum(axis=0) / table.sum())


def gradient_coefficient(value_added: ArrayLike, employment: ArrayLike) -> FloatArray:
    """Return the industrial gradient coefficient (产业梯度系数): location quotient times comparative productivity.

    Parameters
    ----------
    value_added : array, shape (places, industries)
        In one unit, e.g. 1e8 yuan of one year.
    employment : array, shape (places, industries)
        Persons, of the same year, places and industries.

    Returns
    -------
    array, shape (places, industries)
        IGC_ij = LQ_ij x CP_ij, where LQ is `location_quotient` of value added and CP_ij = (v_ij / v_.j) / (e_ij / e_.j)
        is the place's labour productivity in the industry over that of all places. Over 1 = a high gradient, from
        which an industry spreads; under 1 = one that may receive. NaN where nobody works in the industry, or the
        place is empty.

    Raises
    ------
    InputError
        Tables of different shapes, value added where nobody works, or what `location_quotient` refuses.

    Notes
    -----
    The coefficient of the Chinese literature on industrial transfer. LQ and CP as stated for the improved coefficient
    of 陈蕊 and 熊必琳 (2007) in 长江经济带工业发展研究, section 4; their third term, the return on capital (CCOR),
    needs the capital of each industry and is left out here.

    Examples
    --------
    Two places, half of the workers of industry 1 each, and three quarters of its value added in the first.

    >>> gradient_coefficient([[30, 70], [10, 90]], [[5, 20], [5, 30]]).round(4)
    array([[2.25  , 0.957 ],
           [0.25  , 1.0547]])
    """
    value, workers = _amounts(value_added, name="value_added"), _amounts(employment, name="employment")
    if value.shape != workers.shape:
        raise InputError(
            f"value_added has shape {value.shape}, employment {workers.shape}; both are (places, industries) of the "
            "same places and industries"
        )
    idle = np.argwhere((value > 0) & (workers == 0))
    if len(idle):
        place, industry = (int(number) for number in idle[0])
        raise InputError(
            f"place {place}, industry {industry} has value added {value[place, industry]:g} and no employment; "
            "give the persons, or set both to 0"
        )
    productivity = _ratio(_ratio(value, value.sum(axis=0)), _ratio(workers, workers.sum(axis=0)))
    return location_quotient(value) * productivity


def krugman_index(amounts: ArrayLike, *, against: Literal["all", "others"] = "all") -> FloatArray:
    """Return how far each place's mix of industries is from the common one (Krugman's specialisation index).

    Parameters
    ----------
    amounts : array, shape (places, industries)
        Employment or value added in one unit, at least 0.
    against : {"all", "others"}
        The mix of all places together, or of all other places. With two places "others" is Krugman's own bilateral
        index.

    Returns
    -------
    array, shape (places,)
        K_i = sum over j of abs(s_ij - s_j): 0 = the same mix, 2 = nothing in common. NaN for an empty place.

    Raises
    ------
    InputError
        As `location_quotient`; ``against`` is another word.

    Notes
    -----
    Krugman (1991), Geography and Trade, MIT Press.

    Examples
    --------
    >>> krugman_index([[20, 10, 70, 0, 0], [0, 0, 0, 60, 40]], against="others")
    array([2., 2.])
    """
    table = _amounts(amounts, name="amounts")
    if against not in ("all", "others"):
        raise InputError(f"against is {against!r}, expected 'all' or 'others'")
    reference = table.sum(axis=0) if against == "all" else table.sum(axis=0) - table
    common = _shares_of_rows(np.atleast_2d(reference))
    index: FloatArray = np.abs(_shares_of_rows(table) - common).sum(axis=1)
    return index


def herfindahl(amounts: ArrayLike) -> FloatArray:
    """Return the Herfindahl-Hirschman index of each row: the sum of the squared shares.

    Parameters
    ----------
    amounts : array, shape (rows, parts)
        One unit, at least 0. Rows of places with parts of industries measure how specialised a place is; the table
        turned (``.T``) measures how concentrated an industry is over the places.

    Returns
    -------
    array, shape (rows,)
        1 / parts (all alike) to 1 (one holds everything); x 10,000 on the scale of competition law. NaN for a row of 0.

    Raises
    ------
    InputError
        As `location_quotient`.

    Notes
    -----
    Hirschman (1964), The paternity of an index, American Economic Review 54(5).

    Examples
    --------
    >>> herfindahl([[30, 30, 20, 20], [100, 0, 0, 0]])
    array([0.26, 1.  ])
    """
    index: FloatArray = (_shares_of_rows(_amounts(amounts, name="amounts")) ** 2).sum(axis=1)
    return index


def _amounts(values: ArrayLike, *, name: str) -> FloatArray:
    try:
        table = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} holds something that is no number ({error}); give numbers only") from error
    if table.ndim != 2 or table.size == 0:
        raise InputError(f"{name} has shape {table.shape}, expected (places, industries)")
    bad = np.argwhere(~(np.isfinite(table) & (table >= 0)))
    if len(bad):
        row, column = (int(number) for number in bad[0])
        raise InputError(
            f"{name} is {table[row, column]:g} in row {row}, column {column}; amounts are finite and at least 0, and "
            "what is not known cannot be compared: leave its row or column out"
        )
    if table.sum() == 0:
        raise InputError(f"{name} is 0 everywhere; there is nothing to compare")
    return table


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    above, below = np.broadcast_arrays(above, below)
    ratio: FloatArray = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return ratio


def _shares_of_rows(table: FloatArray) -> FloatArray:
    return _ratio(table, table.sum(axis=1, keepdims=True))
