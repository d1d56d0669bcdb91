"""The shipped coefficients are those the script fits, not numbers somebody typed."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geotransfer.catalog.layers import layer_table
from geotransfer.catalog.modelled import wind_predictors
from geotransfer.raster import read_raster

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "make_layers.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("make_layers", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def coefficients(layer):
    table = layer_table(layer)
    return table.loc[table["kind"] == "coefficient", "value"].astype(float).to_numpy()


@pytest.mark.data
def test_solar_table_is_the_fit(script, shared_data):
    stations = pd.read_csv(shared_data / "resource" / "ghi_stations_calibration.csv")
    fitted = script.fit_solar(stations)
    pd.testing.assert_frame_equal(
        fitted.assign(value=fitted["value"].astype(float)), layer_table("solar-coefficients"), rtol=1e-4
    )


@pytest.mark.data
def test_wind_table_is_the_fit(script, shared_data):
    reference = read_raster(shared_data / "resource" / "era5_wcf_mean_2009_2020_china.tif")
    design, target, _ = script.wind_cells(wind_predictors(), reference)
    fitted = np.linalg.lstsq(design, target, rcond=None)[0]
    np.testing.assert_allclose(coefficients("wind-coefficients"), fitted, rtol=1e-4, atol=1e-4)


def test_folds_keep_a_block_together(script):
    latitude, longitude = np.array([30.1, 34.9, 35.1, 30.1]), np.array([100.1, 104.9, 100.1, 105.1])
    fold = script.blocks(latitude, longitude)
    assert fold[0] == fold[1]
    assert len({fold[0], fold[2], fold[3]}) == 3


def test_crossed_prediction_never_sees_its_fold(script):
    design = np.column_stack([np.ones(6), np.arange(6.0)])
    target = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 100.0])
    fold = np.array([0, 0, 0, 1, 1, 2])
    assert script.crossed(design, target, fold)[5] == pytest.approx(5.0)
