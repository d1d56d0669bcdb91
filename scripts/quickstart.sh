#!/usr/bin/env bash
# From a fresh clone to a map:  bash scripts/quickstart.sh [SCENARIO] [OPTION ...]
# SCENARIO is a built-in name (default aluminium) or a TOML file; options go to `geotransfer run`.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/scripts/venv.sh"

scenario=${1:-aluminium}
case $scenario in
    -*) die "the first argument is the scenario, got $scenario; for example: bash scripts/quickstart.sh aluminium" ;;
esac
shift || true

venv=$root/.venv
stamp=$venv/geotransfer-installed
make_venv "$venv"
sources=("$root/geotransfer" "$root/layers" "$root/setup.cfg" "$root/pyproject.toml" "$root/scripts/constraints.txt")
if [ ! -f "$stamp" ] || [ -n "$(find "${sources[@]}" -name __pycache__ -prune -o -newer "$stamp" -print -quit)" ]; then
    echo "installing geotransfer into $venv (the first time: a few minutes)"
    rm -rf "$root/build/lib" # modules deleted since the last build would be installed again
    pip_install "$venv" "$root" || die "the installation failed; see the lines above (a proxy or mirror for pip? set PIP_INDEX_URL)"
    touch "$stamp"
fi

name=$(basename "$scenario" .toml)
out=$root/out/$name
mkdir -p "$root/out"
"$venv/bin/geotransfer" run "$scenario" -o "$out" "$@"
echo
echo "map:    $out/map.html"
echo "report: $out/report.html"
echo "Open them in a browser; they need no network."
