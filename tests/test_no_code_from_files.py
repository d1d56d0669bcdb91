"""Nothing that a file says is run: the package holds no way to do it, and files that try are read without effect."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from test_layering import imported_names, sources

from geotransfer.inputs.packing import pack, unpack

FUNCTIONS = {"eval", "exec", "compile", "__import__", "input", "breakpoint"}
MODULES = {
    "pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "yaml", "ctypes", "code",
    "codeop",
    "runpy", "imp", "pty", "xml.etree", "xml.dom", "xml.sax", "lxml", "numexpr", "telnetlib", "ftplib",
    "urllib.request",
}  # fmt: skip
METHODS = {
    "read_pickle",
    "to_pickle",
    "eval",
    "system",
    "popen",
    "startfile",
    "execv",
    "spawnv",
    "loads_pickle",
    "load_module",
}
MAY_IMPORT = {
    "__init__", "maps.pinyin", "inputs.packing",
    # extras that may be missing
    "divisions.guesses", "divisions.spelling",
}  # fmt: skip
"""By names of their own: a table, a constant, and classes of geotransfer only."""
MAY_START = {"report.pdf", "batch.processes", "qgis.plugin.runner"}


def calls() -> list[tuple[str, ast.Call]]:
    return [
        (module, node) for module, tree in sources().items() for node in ast.walk(tree) if isinstance(node, ast.Call)
    ]


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_no_call_runs_text() -> None:
    plain = [
        f"{m}:{c.lineno} {name_of(c)}" for m, c in calls() if isinstance(c.func, ast.Name) and c.func.id in FUNCTIONS
    ]
    methods = [
        f"{m}:{c.lineno} {name_of(c)}"
        for m, c in calls()
        if isinstance(c.func, ast.Attribute) and c.func.attr in METHODS
    ]
    assert plain + methods == []


def test_no_module_that_runs_what_it_reads() -> None:
    wrong = []
    for module, tree in sources().items():
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            wrong += [f"{module} imports {n}" for n in names if n in MODULES or n.split(".")[0] in MODULES]
    assert wrong == []


def test_imports_by_name_and_processes_have_their_places() -> None:
    importing = {m for m, c in calls() if name_of(c) == "import_module"}
    assert importing <= MAY_IMPORT
    starting = {
        name.split(".")[0] + "@" + module
        for module, tree in sources().items()
        for name in imported_names(module, tree)
        if name.split(".")[0] in ("subprocess", "multiprocessing")
    }
    assert {place.partition("@")[2] for place in starting} <= MAY_START
    shells = [f"{m}:{c.lineno}" for m, c in calls() for k in c.keywords if k.arg == "shell"]
    assert shells == []


def test_arrays_are_read_without_pickle() -> None:
    asked = [(m, c) for m, c in calls() if name_of(c) in ("load", "read_array", "save", "write_array")
             and isinstance(c.func, ast.Attribute)
             and ast.unparse(c.func.value) in ("np", "numpy", "np.lib.format")]  # fmt: skip
    assert len(asked) >= 3
    for module, call in asked:
        values = [k.value for k in call.keywords if k.arg == "allow_pickle"]
        assert values, f"{module}:{call.lineno}"
        assert ast.unparse(values[0]) == "False"


def test_a_pickle_in_the_cache_is_not_read() -> None:
    payload = bytearray(pack(np.arange(3.0)))
    hostile = np.array([print], dtype=object)
    import io

    stream = io.BytesIO()
    np.lib.format.write_array(stream, hostile, allow_pickle=True)
    length = int.from_bytes(payload[:8], "little")
    with pytest.raises(ValueError, match="array of objects"):
        unpack(bytes(payload[: 8 + length]) + stream.getvalue())


@pytest.mark.parametrize("name", ["os:system", "builtins:eval", "geotransfer.files:secrets"])
def test_a_class_in_the_cache_is_one_of_ours(name: str) -> None:
    text = json.dumps({"$": "dataclass", "v": [name, []]}).encode()
    with pytest.raises(TypeError, match="is no value of geotransfer"):
        unpack(len(text).to_bytes(8, "little") + text)


PAYLOADS = ["__import__('os').system('touch pwned')", "{{ cycler.__init__.__globals__.os.system('touch pwned') }}",
            "${jndi:ldap://127.0.0.1/a}", "$(touch pwned)", "`touch pwned`", "{0.__class__}", "%(x)s", "; touch pwned",
            "!!python/object/apply:os.system ['touch pwned']",
            "</title></script><script>alert(7)</script><img src=x onerror=alert(7)>"]  # fmt: skip
WATCHED = """
import sys, warnings
import geotransfer as gt
from geotransfer.outputs.folder import write_result
warnings.simplefilter("ignore")
found = []
def watch(event, arguments):
    if event in ("os.system", "subprocess.Popen", "os.exec", "os.posix_spawn", "socket.connect", "pickle.find_class"):
        found.append(f"{event} {arguments}")
sys.addaudithook(watch)
study = gt.Scenario.from_file("own.toml", sandbox=True)
write_result(gt.run(study), "out")
print(found)
"""


def test_a_hostile_scenario_runs_nothing(tmp_path: Path) -> None:
    words = [json.dumps(word) for word in PAYLOADS]
    text = f"{{ zh = {words[1]}, en = {words[9]} }}"
    (tmp_path / "own.csv").write_text(
        "name,lon,lat\n" + "".join(f'"{w}",106.{i},38\n' for i, w in enumerate(PAYLOADS)), encoding="utf-8"
    )
    (tmp_path / "own.toml").write_text(
        f'schema = 1\nname = "own"\ntitle = {text}\nquestion = {text}\nwithin = ["宁夏"]\nzones = "own.csv"\n'
        f"[grid]\nresolution = 25000\n[criteria.a]\n"
        f"title = {text}\nwhy = {text}\ngroup = {words[5]}\nunit = {words[6]}\n"
        'weight = 1\nworst = 1\nbest = 0\nsource = { kind = "raster", layer = "elevation" }\n', encoding="utf-8"
    )  # fmt: skip
    done = subprocess.run([sys.executable, "-c", WATCHED], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip().splitlines()[-1] == "[]"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "own.csv", "own.toml"]
    # names and titles are text in the pages: nothing of them is markup
    for name in ("map.html", "report.html"):
        page = (tmp_path / "out" / name).read_text(encoding="utf-8")
        assert "alert(7)" in page
        assert not re.search(r"<script>\s*alert\(7\)|<img src=x", page)
