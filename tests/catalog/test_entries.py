"""The catalogue file: complete, in the vocabulary, and true about the files it names."""

import hashlib
import re
from importlib.resources import files
from pathlib import Path

import pytest
from pydantic import ValidationError

from geotransfer.catalog.boundaries import boundary_files
from geotransfer.catalog.entries import LayerEntry, layer_entry, layer_ids, shipped_bytes
from geotransfer.catalog.layers import layer_table
from geotransfer.errors import UnknownNameError
from geotransfer.words import UNITS, in_words

HAN = re.compile("[\u4e00-\u9fff]")

FIELDS = {
    "id": "a",
    "title": {"zh": "甲", "en": "a"},
    "kind": "table",
    "unit": "m",
    "period": {"zh": "2023 年", "en": "2023"},
    "source": {"zh": "来源", "en": "s"},
    "licence": {"zh": "许可", "en": "l"},
    "quality": "official",
    "provider": "table",
    "file": "a.csv",
}

DOWNLOAD = {
    "urls": ("https://a.example/x.tif",),
    "hosts": ("a.example",),
    "page": "https://a.example",
    "file_unit": "m",
    "scale": 1,
    "cell_range": (0, 1),
    "median_range": (0, 1),
    "covers": (0, 0, 1, 1),
    "max_mb": 1,
}


@pytest.mark.parametrize("layer", layer_ids())
def test_every_entry_says_what_it_is(layer):
    entry = layer_entry(layer)
    assert entry.id == layer
    for pair in (entry.title, entry.period, entry.source, entry.licence):
        assert pair.zh
        assert pair.en
    assert "facts" not in entry.licence.en.split()
    assert "@" not in entry.known_error.en
    if entry.file:
        assert files("geotransfer.layers").joinpath(entry.file).is_file()
    if entry.kind == "raster":
        assert entry.unit
        assert entry.resolution
    if entry.known_error.en:
        assert entry.error_scope
        assert HAN.search(entry.known_error.zh)
    assert HAN.search(entry.source.zh)
    assert in_words(entry.unit, UNITS).zh != entry.unit or entry.unit in ("", "%")


@pytest.mark.parametrize("layer", layer_ids())
def test_both_languages_have_the_same_figures(layer):
    error = layer_entry(layer).known_error
    numbers = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d+)?")
    chinese, english = (sorted(numbers.findall(text.replace("ERA5", ""))) for text in (error.zh, error.en))
    assert chinese == english


@pytest.mark.parametrize("layer", layer_ids())
def test_every_assumption_has_bounds(layer):
    entry = layer_entry(layer)
    if entry.quality == "assumption" and entry.kind == "raster":
        assert entry.low < entry.high


def test_all_tables_are_in_the_catalogue():
    root = files("geotransfer.layers")
    shipped = {path.relative_to(root).as_posix() for path in Path(str(root)).rglob("*.csv")}
    shipped.add("industry/industries.toml")
    assert shipped == {entry.file for entry in map(layer_entry, layer_ids()) if entry.file}


def test_unknown_layer_lists_near_names():
    with pytest.raises(UnknownNameError, match=r"layer 'lcoe-gren' does not exist.*did you mean 'lcoe-green'"):
        layer_entry("lcoe-gren")
    with pytest.raises(UnknownNameError, match=r"layer 'zzzz' does not exist.*there are provinces, prefectures"):
        layer_entry("zzzz")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"quality": "good"}, "quality"),
        ({"kind": "vector"}, "kind"),
        ({"error_scope": "county"}, "error_scope"),
        ({"colour": "red"}, "colour"),
        ({"low": 1.0}, "expected both or none"),
        ({"known_error": {"zh": "", "en": "wrong"}}, "expected both languages or none"),
        ({"file": None}, "expected a file"),
        ({"kind": "raster"}, "expected a crs"),
        ({"provider": "download"}, "expected 'download' with a download"),
        ({"download": DOWNLOAD}, "expected 'download' with a download"),
        ({"provider": "download", "download": DOWNLOAD}, "expected 'raster' for a layer that is fetched"),
        ({"download": DOWNLOAD | {"hosts": ("b.example",)}}, "expected only hosts of"),
        ({"download": DOWNLOAD | {"cell_range": (1, 1)}}, "expected \\(low, high\\)"),
        ({"download": DOWNLOAD | {"scale": 0}}, "scale"),
    ],
)
def test_entries_outside_the_vocabulary(change, message):
    LayerEntry(**FIELDS)
    with pytest.raises(ValidationError, match=message):
        LayerEntry(**(FIELDS | change))


@pytest.mark.parametrize(
    ("layer", "level"), [("provinces", "province"), ("prefectures", "prefecture"), ("counties", "county")]
)
def test_digests_of_the_polygons(layer, level):
    recorded = layer_entry(layer).sha256
    found = {Path(f).name: hashlib.sha256(Path(f).read_bytes()).hexdigest() for f in boundary_files(level)}
    assert found == recorded


def test_known_errors_are_the_measured_ones():
    solar = layer_table("solar-coefficients").set_index("name")["value"].astype(float)
    wind = layer_table("wind-coefficients").set_index("name")["value"].astype(float)
    assert f"RMS {solar['rms_error']:.1f} %, bias {solar['bias']:+.1f} % at {solar['stations']:.0f} stations" in (
        layer_entry("ghi").known_error.en
    )
    assert f"Spearman {wind['spearman_counties']:.2f} with" in layer_entry("wind-screening").known_error.en
    for layer in ("ghi", "wind-screening"):
        assert "mostly modelled reference" in layer_entry(layer).known_error.en
        assert "参照值本身多为模拟值" in layer_entry(layer).known_error.zh


def test_record_is_plain():
    record = layer_entry("ghi").as_record()
    assert record["title"] == {"zh": "水平面总辐射", "en": "global horizontal irradiation"}
    assert list(record) == [
        "id", "title", "kind", "unit", "period", "source", "licence", "quality", "known_error", "error_scope",
    ]  # fmt: skip


def test_catalogue_names_no_folder_of_a_machine():
    text = shipped_bytes("catalog.toml").decode("utf-8")
    assert not re.search(r"[\s\"(](/[a-z]+/|[A-Z]:\\)", text)
