"""Power curves under Weibull winds: by hand, against quadrature, against limits."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special, stats

from geotransfer.energy.power_curve import (
    IEC_TURBINES,
    PowerCurve,
    iec_power_curve,
    turbine_power_curve,
    weibull_capacity_factor,
)
from geotransfer.errors import InputError, UnknownNameError


def quadrature(curve, mean, k):
    """Power x density integrated numerically from point to point of the curve."""
    wind = stats.weibull_min(k, scale=mean / special.gamma(1 + 1 / k))
    parts = zip(curve.speed[:-1], curve.speed[1:], strict=True)
    return sum(integrate.quad(lambda v: float(curve.at(v)) * wind.pdf(v), a, b, epsabs=1e-12)[0] for a, b in parts)


@pytest.mark.parametrize("iec_class", IEC_TURBINES)
@pytest.mark.parametrize(("mean", "k"), [(4.0, 1.6), (6.5, 2.0), (9.0, 2.4), (12.0, 2.0)])
def test_the_closed_form_is_the_numerical_integral(iec_class, mean, k):
    curve = iec_power_curve(iec_class)
    assert weibull_capacity_factor(curve, mean, k=k) == pytest.approx(quadrature(curve, mean, k), abs=1e-6)


def test_a_step_by_hand():
    # full power from 5 to 20 m/s: S(5) - S(20) of a Rayleigh wind of mean 8 m/s, S(v) = exp(-pi/4 (v/8)^2)
    step = PowerCurve("step", np.array([5.0, 20.0]), np.array([1.0, 1.0]))
    expected = np.exp(-np.pi / 4 * (5 / 8) ** 2) - np.exp(-np.pi / 4 * (20 / 8) ** 2)
    assert weibull_capacity_factor(step, 8.0, k=2.0) == pytest.approx(expected, rel=1e-12)


def test_a_ramp_under_exponential_winds_by_hand():
    # k = 1: power v/10 up to 10 m/s; integral of S from 0 to 10 less P(10) S(10), with S(v) = exp(-v/4)
    ramp = PowerCurve("ramp", np.array([0.0, 10.0]), np.array([0.0, 1.0]))
    expected = 4 * (1 - np.exp(-2.5)) / 10 - np.exp(-2.5)
    assert weibull_capacity_factor(ramp, 4.0, k=1.0) == pytest.approx(expected, rel=1e-12)


def test_calm_missing_and_shapes():
    got = weibull_capacity_factor(iec_power_curve("III"), [[0.0, np.nan], [7.0, 7.0]], k=[[2.0, 2.0], [2.0, 1.8]])
    assert got.shape == (2, 2)
    assert got[0, 0] == 0.0
    assert np.isnan(got[0, 1])
    assert got[1, 0] != got[1, 1]


@pytest.mark.parametrize(("mean", "k"), [(-1.0, 2.0), (5.0, 0.0), (5.0, np.nan)])
def test_speeds_and_shapes_that_cannot_be(mean, k):
    with pytest.raises(InputError, match="expected mean_speed >= 0 and k > 0"):
        weibull_capacity_factor(iec_power_curve("II"), [mean], k=k)


# below 4 m/s a curve that starts at 2 m/s can be ahead of one with a larger rotor that starts at 3
@given(st.floats(4, 7.5), st.floats(1.5, 2.5))
def test_more_wind_and_larger_rotors_yield_more(mean, k):
    one, two, three = (float(weibull_capacity_factor(iec_power_curve(c), mean, k=k)) for c in IEC_TURBINES)
    assert 0 <= one < two < three < 1
    assert float(weibull_capacity_factor(iec_power_curve("III"), mean + 0.5, k=k)) > three


def test_curves_of_the_library():
    for turbine in IEC_TURBINES.values():
        curve = turbine_power_curve(turbine)
        assert curve.share.max() == 1.0
        assert curve.at([0.0, 2.0]).tolist() == pytest.approx([0.0, 0.0], abs=0.01)
        assert curve.at(curve.speed[-1] + 0.01) == 0.0
        assert np.isnan(curve.at(np.nan))


def test_unknown_names():
    with pytest.raises(UnknownNameError, match=r"turbine 'V136/3450' has no power curve, .* E-101/3500"):
        turbine_power_curve("V136/3450")
    with pytest.raises(UnknownNameError, match="iec_class is 'IV', expected one of I, II, III"):
        iec_power_curve("IV")


@pytest.mark.parametrize(
    ("speed", "share", "message"),
    [
        ([3.0, 3.0], [0.0, 1.0], "expected rising m/s"),
        ([3.0, np.nan], [0.0, 1.0], "expected rising m/s"),
        ([-1.0, 3.0], [0.0, 1.0], "expected rising m/s"),
        ([3.0, 12.0], [0.0, 3450.0], "powers from 0 to 3450, expected shares .* divide by the rated power"),
        ([3.0, 12.0], [0.0, np.nan], "expected shares"),
        ([3.0, 12.0, 25.0], [0.0, 1.0], r"\(3,\) speeds and \(2,\) powers"),
        ([3.0], [1.0], "at least 2"),
    ],
)
def test_what_is_no_power_curve(speed, share, message):
    with pytest.raises(InputError, match=message):
        PowerCurve("broken", np.array(speed), np.array(share))


def test_a_curve_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        iec_power_curve("I").share[0] = 1.0


def test_no_network_and_no_library_on_import():
    code = "import sys, geotransfer.energy.wind; print({'windpowerlib', 'requests', 'scipy'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"
