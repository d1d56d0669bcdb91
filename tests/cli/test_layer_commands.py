"""``geotransfer layers``: what the terminal shows, and how a refusal ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from fetch_server import archive, files_below, geotiff
from typer.testing import CliRunner

from geotransfer.cli.app import app
from geotransfer.errors import InputError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GEOTRANSFER_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def layers(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["layers", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def line_of(layer: str) -> str:
    return next(line for line in layers("list").splitlines() if line.startswith(f"{layer} "))


def test_fetch_from_a_file(folder: Path) -> None:
    assert line_of("gwa-cf-iec2").endswith("[not fetched]")
    assert "not fetched; run: geotransfer layers fetch gwa-cf-iec2" in layers("info", "gwa-cf-iec2")
    (folder / "cf.tif").write_bytes(geotiff(0.3))
    shown = layers("fetch", "gwa-cf-iec2", "--from-file", "cf.tif")
    # the licence stands before what was done
    assert shown.index("CC BY 4.0") < shown.index("fetched  sha256")
    assert "[fetched 20" in line_of("gwa-cf-iec2")
    assert str(folder / "cache" / "fetched" / "gwa-cf-iec2.tif") in layers("info", "gwa-cf-iec2")
    assert "was here, unchanged" in layers("fetch", "gwa-cf-iec2")


def test_two_layers_of_one_archive(folder: Path) -> None:
    (folder / "gsa.zip").write_bytes(archive({"x/GHI.tif": geotiff(4.0), "x/PVOUT.tif": geotiff(3.5)}))
    assert layers("fetch", "gsa-ghi", "gsa-pvout", "--from-file", "gsa.zip", "--quiet") == ""
    assert "[fetched" in line_of("gsa-ghi")
    assert "[fetched" in line_of("gsa-pvout")


def test_changed_file(folder: Path) -> None:
    (folder / "a.tif").write_bytes(geotiff(0.3))
    (folder / "b.tif").write_bytes(geotiff(0.31))
    layers("fetch", "gwa-cf-iec2", "--from-file", "a.tif")
    with pytest.raises(InputError, match="take it with --accept-change"):
        layers("fetch", "gwa-cf-iec2", "--from-file", "b.tif")
    assert "fetched  sha256" in layers("fetch", "gwa-cf-iec2", "--from-file", "b.tif", "--accept-change")


def test_a_layer_that_ships_has_nothing_to_fetch(folder: Path) -> None:
    assert "fetched" not in line_of("ghi")
    with pytest.raises(InputError, match="layer 'ghi' is not fetched"):
        layers("fetch", "ghi")
    assert files_below(folder) == []
