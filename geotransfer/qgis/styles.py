"""QGIS styles (QML) of what geotransfer writes: colour classes, hatch for unknown, grey for excluded, aliases."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geotransfer.types import FloatArray

__all__ = ["RAMP", "label_of", "raster_qml", "zones_qml"]

RAMP = ("#ffffd9", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#0c2c84")
"""ColorBrewer YlGnBu, seven classes: safe for the colour-blind, the ramp of the map."""
GREY, HATCH, EDGE, ZERO = "#cdd1d5", "#8a949e", "#ffffff", "#f4f1ea"
VERSION = "3.22.0-Białowieża"


@dataclass(frozen=True)
class _Rule:
    label: str
    filter: str
    colour: str
    hatched: bool = False


def zones_qml(
    values: FloatArray,
    *,
    field: str,
    aliases: Mapping[str, str],
    statuses: bool,
    shape: str,
    highest_first: bool = True,
) -> str:
    """Return a style for zones coloured by a numeric field.

    Parameters
    ----------
    values : ndarray
        The field's values, for seven classes of equal size; NaN is left out.
    field : str
        Its name.
    aliases : mapping
        Field name -> what QGIS shows in its place.
    statuses : bool
        Whether there is a field ``status`` with "excluded" and "unknown".
    shape : {"polygon", "point", "line"}
        Of the features.
    highest_first : bool
        Darkest for the highest values; else for the lowest (a cost, a rank).
    """
    root = ET.Element("qgis", version=VERSION, styleCategories="Symbology|Fields|Forms")
    rules = [*_classes(values, field, highest_first=highest_first), *_others(field, statuses=statuses)]
    renderer = ET.SubElement(root, "renderer-v2", type="RuleRenderer", symbollevels="0", enableorderby="0")
    tree = ET.SubElement(renderer, "rules", key="{root}")
    symbols = ET.SubElement(renderer, "symbols")
    for number, rule in enumerate(rules):
        ET.SubElement(tree, "rule", key=f"{{rule-{number}}}", symbol=str(number), label=rule.label, filter=rule.filter)
        _symbol(symbols, str(number), rule, shape)
    named = ET.SubElement(root, "aliases")
    for index, (name, alias) in enumerate(aliases.items()):
        ET.SubElement(named, "alias", index=str(index), field=name, name=alias)
    return _document(root)


def _classes(values: FloatArray, field: str, *, highest_first: bool) -> list[_Rule]:
    known = values[np.isfinite(values)]
    if known.size == 0:
        return []
    zeros = [_Rule("0", f'"{field}" = 0', ZERO)] if 0 < (known == 0).sum() < known.size and known.min() >= 0 else []
    if zeros:
        known = known[known > 0]
    bounds = _bounds(known)
    colours = _spread(len(bounds) - 1)
    pairs = list(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True))
    rules = []
    for number, (low, high) in enumerate(pairs):
        colour = colours[number if highest_first else len(pairs) - 1 - number]
        lower = ">=" if number == 0 else ">"
        rules.append(
            _Rule(
                f"{label_of(low)} - {label_of(high)}" if label_of(low) != label_of(high) else label_of(low),
                f'"{field}" {lower} {low!r} AND "{field}" <= {high!r}',
                colour,
            )
        )
    return [*rules[::-1], *zeros]


def _bounds(known: FloatArray) -> FloatArray:
    """Return bounds of classes of equal size; of equal intervals where ties leave too few; two where all are equal."""
    # differences that come of arithmetic alone are none
    rounded = np.array([float(f"{value:.9g}") for value in known.tolist()])
    if np.unique(rounded).size == 1:
        return np.array([known.min(), known.max()])
    bounds = np.unique(np.quantile(known, np.linspace(0, 1, len(RAMP) + 1)))
    if len(bounds) <= len(RAMP) // 2:
        bounds = np.linspace(known.min(), known.max(), len(RAMP) + 1)
    return bounds


def label_of(value: float) -> str:
    """Return a number for a legend: four digits that count, no power of ten.

    Examples
    --------
    >>> label_of(500000.0), label_of(0.123456), label_of(0.0)
    ('500,000', '0.1235', '0')
    """
    if value == 0:
        return "0"
    digits = 3 - int(np.floor(np.log10(abs(value))))
    text = f"{round(value, digits):,.{max(digits, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _others(field: str, *, statuses: bool) -> list[_Rule]:
    if not statuses:
        return [_Rule("未知 / unknown", f'"{field}" IS NULL', HATCH, hatched=True)]
    return [
        _Rule("排除 / excluded", "\"status\" = 'excluded'", GREY),
        _Rule("未知 / unknown", "\"status\" = 'unknown'", HATCH, hatched=True),
    ]


def _spread(classes: int) -> list[str]:
    """Return colours from the whole ramp."""
    last = len(RAMP) - 1
    return [RAMP[round(k * last / (classes - 1)) if classes > 1 else last] for k in range(classes)]


def _symbol(parent: ET.Element, name: str, rule: _Rule, shape: str) -> None:
    kinds = {"polygon": "fill", "point": "marker", "line": "line"}
    symbol = ET.SubElement(parent, "symbol", name=name, type=kinds[shape], alpha="1", clip_to_extent="1")
    colour = _rgba(rule.colour)
    if shape == "point":
        _layer(
            symbol,
            "SimpleMarker",
            {"color": colour, "outline_color": _rgba("#3e4c59"), "size": "2.4", "name": "circle"},
        )
    elif shape == "line":
        _layer(symbol, "SimpleLine", {"line_color": colour, "line_width": "0.8"})
    elif rule.hatched:
        _layer(
            symbol, "SimpleFill", {"color": _rgba("#ffffff"), "outline_color": _rgba("#cdd1d5"), "outline_width": "0.1"}
        )
        hatch = _layer(
            symbol, "LinePatternFill", {"angle": "45", "distance": "1.6", "color": colour, "line_width": "0.3"}
        )
        line = ET.SubElement(hatch, "symbol", name=f"@{name}@1", type="line", alpha="1")
        _layer(line, "SimpleLine", {"line_color": colour, "line_width": "0.3"})
    else:
        _layer(symbol, "SimpleFill", {"color": colour, "outline_color": _rgba(EDGE), "outline_width": "0.05"})


def _layer(parent: ET.Element, kind: str, properties: Mapping[str, str]) -> ET.Element:
    layer = ET.SubElement(parent, "layer", {"class": kind, "pass": "0", "locked": "0", "enabled": "1"})
    options = ET.SubElement(layer, "Option", type="Map")
    for key, value in properties.items():
        ET.SubElement(options, "Option", name=key, type="QString", value=value)
        ET.SubElement(layer, "prop", k=key, v=value)
    return layer


def raster_qml(values: FloatArray, *, highest_first: bool = True) -> str:
    """Return a style for a single-band raster: the ramp between the 2 % and 98 % quantiles of its values."""
    known = values[np.isfinite(values)]
    low, high = np.quantile(known, [0.02, 0.98]).tolist() if known.size else (0.0, 1.0)
    steps = np.linspace(low, high, len(RAMP)).tolist()
    colours: Sequence[str] = RAMP if highest_first else RAMP[::-1]
    root = ET.Element("qgis", version=VERSION, styleCategories="Symbology")
    pipe = ET.SubElement(root, "pipe")
    renderer = ET.SubElement(
        pipe, "rasterrenderer", type="singlebandpseudocolor", band="1", opacity="1", alphaBand="-1",
        classificationMin=repr(low), classificationMax=repr(high),
    )  # fmt: skip
    shader = ET.SubElement(
        ET.SubElement(renderer, "rastershader"), "colorrampshader", colorRampType="INTERPOLATED", clip="0"
    )
    for value, colour in zip(steps, colours, strict=True):
        ET.SubElement(shader, "item", value=repr(value), label=label_of(value), color=colour, alpha="255")
    return _document(root)


def _rgba(colour: str) -> str:
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"


def _document(root: ET.Element) -> str:
    ET.indent(root, space=" ")
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(root, encoding="unicode") + "\n"
