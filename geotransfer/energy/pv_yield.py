"""What a PV plant makes of the sun: capacity factors from irradiation, or from published yields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from geotransfer.energy.capacity_factor import check_capacity_factor
from geotransfer.energy.solar import check_ghi
from geotransfer.energy.sun import (
    Mount,
    extraterrestrial_radiation,
    optimum_tilt_gain,
    plane_irradiance,
    tracking_gain,
)
from geotransfer.errors import InputError
from geotransfer.types import FloatArray

__all__ = ["PvModule", "PvoutUnit", "pv_capacity_factor", "pvout_capacity_factor", "temperature_factor"]

PvoutUnit = Literal["kWh/kWp/year", "kWh/kWp/day"]
HOURS = 8760.0
DAYS = 365.25
REFERENCE_C = 25.0
"""Cell temperature of the rated power (IEC 60904-3, standard test conditions)."""


@dataclass(frozen=True)
class PvModule:
    """How a module warms and what that costs.

    Attributes
    ----------
    power_per_k : float
        Relative power per kelvin; -0.0035 is the premium module of PVWatts version 5 (Dobos 2014). Assumption,
        low -0.0045, high -0.0026.
    heat_loss, wind_loss : float
        Faiman's u0 in W/m2/K and u1 in W s/m3/K: 25.0 and 6.84, seven silicon modules on an open rack
        (Faiman 2008, Progress in Photovoltaics 16, 307-315; the form of IEC 61853-2).
    wind_m_s : float
        Mean wind at the modules; 1 m/s is that of the nominal operating temperature.
    daylight_warmer_k : float
        How much warmer the air is while the energy comes in than over the whole year (summer and daytime).
        Assumption: 6 K; low 3 (tropics), high 9 (continental north).
    """

    power_per_k: float = -0.0035
    heat_loss: float = 25.0
    wind_loss: float = 6.84
    wind_m_s: float = 1.0
    daylight_warmer_k: float = 6.0


def temperature_factor(
    air_temperature_c: ArrayLike, irradiance: ArrayLike, *, module: PvModule | None = None
) -> FloatArray:
    """Return the power of warm (or cold) cells / power at 25 degrees Celsius.

    1 + power_per_k x (cell - 25), cell = air + irradiance / (u0 + u1 x wind) (Faiman 2008).

    Parameters
    ----------
    air_temperature_c : array_like
        Annual mean of the air, degrees Celsius; `PvModule.daylight_warmer_k` is added.
    irradiance : array_like
        Of the plane, weighted by energy, W/m2.
    module : PvModule, optional
        Default: ``PvModule()``.

    Raises
    ------
    InputError
        A temperature no annual mean on Earth has (outside -40 to 40): kelvin or tenths of a degree.

    Examples
    --------
    >>> float(temperature_factor(19.0, 318.4))  # 25 in the daytime, 10 K more in the cell
    0.965
    """
    kind = module or PvModule()
    air = np.asarray(air_temperature_c, dtype=np.float64)
    if (np.abs(air) > 40).any():
        raise InputError(
            f"air_temperature_c reaches from {np.nanmin(air):g} to {np.nanmax(air):g}, expected annual means in "
            "degrees Celsius; subtract 273.15 from kelvin, divide tenths by 10"
        )
    rise = np.asarray(irradiance, dtype=np.float64) / (kind.heat_loss + kind.wind_loss * kind.wind_m_s)
    cell = air + kind.daylight_warmer_k + rise
    return np.asarray(1.0 + kind.power_per_k * (cell - REFERENCE_C), dtype=np.float64)


def pv_capacity_factor(
    ghi: ArrayLike,
    latitude: ArrayLike,
    *,
    performance_ratio: float,
    mount: Mount = "fixed",
    air_temperature_c: ArrayLike | None = None,
    module: PvModule | None = None,
) -> FloatArray:
    """Return the annual capacity factor of a plant, per kW of modules (DC).

    CF = GHI x gain of the mount x performance ratio x temperature factor / 8,760 h: one kW of modules gives one kW
    at 1 kW/m2 (IEC 61724-1, final yield = reference yield x performance ratio).

    Parameters
    ----------
    ghi : array_like
        kWh/m2/a, checked by `check_ghi`.
    latitude : array_like
        Degrees north.
    performance_ratio : float
        Energy after losses / energy at rated efficiency, in (0, 1]: with `air_temperature_c` the one corrected to
        25 degrees Celsius (losses of temperature left out), without it the plain one.
    mount : {"fixed", "tracking"}
        Best fixed tilt, or rows that follow the sun about a north-south axis.
    air_temperature_c : array_like, optional
        Annual mean, degrees Celsius.
    module : PvModule, optional
        Default: ``PvModule()``.

    Raises
    ------
    InputError
        The median of `ghi` is no annual irradiation, the performance ratio is outside (0, 1], or an unknown mount.

    Examples
    --------
    >>> float(pv_capacity_factor(1600.0, 40.0, performance_ratio=0.8).round(3))
    0.172
    """
    if not 0 < performance_ratio <= 1:
        raise InputError(f"performance_ratio is {performance_ratio!r}, expected a share in (0, 1], e.g. 0.8")
    gains = {"fixed": optimum_tilt_gain, "tracking": tracking_gain}
    if mount not in gains:
        raise InputError(f"mount is {mount!r}, expected one of {', '.join(gains)}")
    values = check_ghi(ghi)
    clearness = values / extraterrestrial_radiation(latitude)
    share = values * gains[mount](latitude, clearness) * performance_ratio / HOURS
    if air_temperature_c is not None:
        irradiance = plane_irradiance(latitude, clearness, mount=mount)
        share = share * temperature_factor(air_temperature_c, irradiance, module=module)
    return np.asarray(share, dtype=np.float64)


def pvout_capacity_factor(pvout: ArrayLike, *, unit: PvoutUnit) -> FloatArray:
    """Return capacity factors from specific yields such as PVOUT of Global Solar Atlas.

    Parameters
    ----------
    pvout : array_like
        Energy per kW of modules; NaN stays NaN. PVOUT counts losses of the plant and of temperature already.
    unit : {"kWh/kWp/year", "kWh/kWp/day"}
        Of `pvout`. Global Solar Atlas offers both; never guessed.

    Raises
    ------
    InputError
        An unknown unit, or yields that are no capacity factor of PV in that unit.

    Examples
    --------
    >>> pvout_capacity_factor([4.8], unit="kWh/kWp/day")
    array([0.2])
    >>> pvout_capacity_factor([4.8], unit="kWh/kWp/year")
    Traceback (most recent call last):
        ...
    geotransfer.errors.InputError: pvout gives capacity factors with the median 0.000547945, expected 0.05-0.4 for
    solar; check the unit (kWh/kWp/year?) and the nodata value
    """
    hours = {"kWh/kWp/year": HOURS, "kWh/kWp/day": HOURS / 365.0}
    if unit not in hours:
        raise InputError(f"unit is {unit!r}, expected one of {', '.join(hours)}; see the file's documentation")
    share = np.asarray(pvout, dtype=np.float64) / hours[unit]
    return check_capacity_factor(share, technology="solar", what="pvout", unit=unit)
