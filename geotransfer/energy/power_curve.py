"""Power curves of wind turbines and what they yield under a Weibull wind. The only module that uses windpowerlib."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.errors import InputError, UnknownNameError
from geotransfer.types import FloatArray

__all__ = [
    "IEC_TURBINES",
    "IecClass",
    "PowerCurve",
    "iec_power_curve",
    "turbine_power_curve",
    "weibull_capacity_factor",
]

IecClass = Literal["I", "II", "III"]
IEC_TURBINES: dict[IecClass, str] = {"I": "E-101/3500", "II": "S114/3200", "III": "V126/3300"}
"""One turbine for each wind class of IEC 61400-1: of those whose class the library's own table states and whose curve
it ships. 437, 314 and 265 W per m2 of rotor. The choice is this project's; new turbines often have larger rotors."""
HIGHEST_SHARE = 1.05
"""Published curves overshoot the rated power by a few percent at most."""


@dataclass(frozen=True, eq=False)
class PowerCurve:
    """Power / rated power by wind speed at the hub, in air of 1.225 kg/m3.

    Linear between the points, zero below the first and above the last (cut-out).

    Parameters
    ----------
    name : str
        For messages and provenance.
    speed : array_like
        m/s, rising, not negative, at least two.
    share : array_like
        Power / rated power at these speeds, 0 to 1 (1.05 is let pass).

    Raises
    ------
    InputError
        Speeds that do not rise, shapes that differ, or powers that are no share.

    Examples
    --------
    >>> float(PowerCurve("ramp", np.array([3.0, 13.0, 25.0]), np.array([0.0, 1.0, 1.0])).at(8.0))
    0.5
    """

    name: str
    speed: FloatArray
    share: FloatArray

    def __post_init__(self) -> None:
        speed, share = (np.array(x, dtype=np.float64) for x in (self.speed, self.share))
        if speed.ndim != 1 or speed.shape != share.shape or speed.size < 2:
            raise InputError(
                f"power curve {self.name!r} has {speed.shape} speeds and {share.shape} powers, expected two lists of "
                "one length, at least 2"
            )
        # a NaN fails every comparison, so both are asked for what they should be
        if not (speed[0] >= 0 and (np.diff(speed) > 0).all() and np.isfinite(speed).all()):
            raise InputError(f"power curve {self.name!r} has speeds {speed.tolist()}, expected rising m/s from 0")
        if not ((share >= 0) & (share <= HIGHEST_SHARE)).all():
            raise InputError(
                f"power curve {self.name!r} has powers from {share.min():g} to {share.max():g}, expected shares of the "
                "rated power from 0 to 1; divide by the rated power"
            )
        for name, values in (("speed", speed), ("share", share)):
            values.flags.writeable = False
            object.__setattr__(self, name, values)

    def at(self, speed: ArrayLike) -> FloatArray:
        """Return power / rated power at wind speeds in m/s; NaN gives NaN."""
        return np.asarray(np.interp(np.asarray(speed, dtype=np.float64), self.speed, self.share, left=0.0, right=0.0))


def turbine_power_curve(turbine: str) -> PowerCurve:
    """Return the curve of a turbine from the library that windpowerlib ships (OpenEnergy database; no download).

    Parameters
    ----------
    turbine : str
        Its name there, e.g. ``"V126/3300"``.

    Raises
    ------
    UnknownNameError
        The library has no curve of that name.

    Examples
    --------
    >>> float(turbine_power_curve("V126/3300").at(20.0))
    1.0
    """
    curves = _library()
    if turbine not in curves:
        raise UnknownNameError(
            f"turbine {turbine!r} has no power curve, expected one of the {len(curves)} of windpowerlib, e.g. "
            f"{', '.join(IEC_TURBINES.values())}"
        )
    speed, power = curves[turbine]
    last = int(np.flatnonzero(power > 0)[-1])
    return PowerCurve(turbine, speed[: last + 1], power[: last + 1] / power.max())


@cache
def _library() -> dict[str, tuple[FloatArray, FloatArray]]:
    """Speeds and powers by turbine. windpowerlib itself is not loaded: it brings an HTTP client along."""
    spec = find_spec("windpowerlib")
    if spec is None or spec.origin is None:
        raise InputError("windpowerlib is not installed, expected its turbine library; reinstall geotransfer")
    # the copy as shipped; the other one in the package changes when somebody renews it from the database
    file = Path(spec.origin).parent / "data" / "default_turbine_data" / "power_curves.csv"
    head, *rows = csv.reader(file.read_text(encoding="utf-8").splitlines())
    curves = {}
    for name, *cells in rows:
        points = [(float(v), float(p)) for v, p in zip(head[1:], cells, strict=True) if p]
        curves[name] = (np.array([v for v, _ in points]), np.array([p for _, p in points]))
    return curves


def iec_power_curve(iec_class: IecClass) -> PowerCurve:
    """Return the curve of the turbine that stands for a wind class of IEC 61400-1 (see `IEC_TURBINES`).

    Parameters
    ----------
    iec_class : {"I", "II", "III"}
        For mean speeds of up to 10, 8.5 and 7.5 m/s at the hub.

    Raises
    ------
    UnknownNameError
        Another class.

    Examples
    --------
    >>> iec_power_curve("III").name
    'V126/3300'
    """
    if iec_class not in IEC_TURBINES:
        raise UnknownNameError(f"iec_class is {iec_class!r}, expected one of {', '.join(IEC_TURBINES)}")
    return turbine_power_curve(IEC_TURBINES[iec_class])


def weibull_capacity_factor(curve: PowerCurve, mean_speed: ArrayLike, *, k: ArrayLike) -> FloatArray:
    """Return the capacity factor of a curve under Weibull winds, in closed form.

    The scale is A = mean / gamma(1 + 1/k). With S(v) = exp(-(v/A)^k) the integral of power x density over a piecewise
    linear curve is, by parts, P(v0) S(v0) - P(vn) S(vn) + sum of slope x integral of S; and the integral of S from 0 to
    v is A/k gamma(1/k) x the regularised lower incomplete gamma function of (1/k, (v/A)^k).

    Parameters
    ----------
    curve : PowerCurve
        Linear between its points.
    mean_speed : array_like
        m/s at the hub; 0 gives 0, NaN gives NaN.
    k : array_like
        Shape of the distribution, > 0; broadcast with `mean_speed`.

    Raises
    ------
    InputError
        A negative speed, or a k that is not positive.

    Examples
    --------
    >>> always = PowerCurve("always", np.array([0.0, 1000.0]), np.array([1.0, 1.0]))
    >>> float(weibull_capacity_factor(always, 7.0, k=2.0))
    1.0
    """
    from scipy.special import gamma, gammainc

    mean, shape = (np.asarray(x, dtype=np.float64) for x in (mean_speed, k))
    if (mean < 0).any() or not (shape > 0).all():
        raise InputError(f"expected mean_speed >= 0 and k > 0, got at least {np.nanmin(mean):g} and {np.min(shape):g}")
    # calm air: any scale so small that S is 0 at every positive speed
    scale = np.maximum(mean, 1e-6) / gamma(1 + 1 / shape)
    total = curve.share[0] * np.exp(-((curve.speed[0] / scale) ** shape))
    total = total - curve.share[-1] * np.exp(-((curve.speed[-1] / scale) ** shape))
    whole = scale / shape * gamma(1 / shape)
    below = gammainc(1 / shape, (curve.speed[0] / scale) ** shape)
    for slope, end in zip(np.diff(curve.share) / np.diff(curve.speed), curve.speed[1:], strict=True):
        above = gammainc(1 / shape, (end / scale) ** shape)
        total = total + slope * whole * (above - below)
        below = above
    return np.asarray(np.clip(total, 0.0, None), dtype=np.float64)
