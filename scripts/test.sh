#!/usr/bin/env bash
# Everything that must hold:  bash scripts/test.sh [PYTEST_ARGUMENT ...]
# Ruff, mypy, pytest with doctests, in an environment of their own (.venv-test, geotransfer editable in it).
# GEOTRANSFER_REQUIRE=all: a skipped test is a failure (continuous integration).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/scripts/venv.sh"
cd "$root"

venv=$root/.venv-test
python=$venv/bin/python
names=()
seconds=()
failed=()

# stage NAME COMMAND...: runs it, notes its seconds and whether it failed; the next stage runs anyway.
stage() {
    local name=$1 start=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    "$@" || failed+=("$name")
    names+=("$name")
    seconds+=($((SECONDS - start)))
}

# Editable, because doctests run in the checkout; test_packaging.py installs the wheel.
install() {
    local stamp=$venv/geotransfer-installed
    make_venv "$venv"
    if ! cat setup.cfg pyproject.toml scripts/constraints.txt 2>/dev/null | cmp -s - "$stamp"; then
        pip_install "$venv" -e "$root[all,test]" || die "the installation failed; see the lines above"
        cat setup.cfg pyproject.toml scripts/constraints.txt >"$stamp"
    fi
    "$python" --version
}

has_chromium() {
    [ -x "${GEOTRANSFER_CHROMIUM:-/usr/bin/chromium}" ] ||
        command -v chromium chromium-browser google-chrome >/dev/null 2>&1
}

has_chinese_font() {
    [ -n "$(fc-list :lang=zh 2>/dev/null)" ]
}

machine() {
    local wanted=()
    has_chromium || wanted+=(chromium)
    has_chinese_font || wanted+=(fonts-noto-cjk fontconfig)
    if [ ${#wanted[@]} -gt 0 ] && can_apt; then
        echo "installing ${wanted[*]}"
        apt_install "${wanted[@]}" || echo "apt-get install ${wanted[*]} failed"
    fi
    has_chromium || echo "no Chromium: the tests marked browser are skipped (Debian: apt install chromium; or set GEOTRANSFER_CHROMIUM)"
    has_chinese_font || echo "no Chinese font: maps in the browser tests show boxes (Debian: apt install fonts-noto-cjk)"
    [ -d "${GEOTRANSFER_TEST_DATA:-../shared/data}" ] ||
        echo "no shared test data: the tests marked data are skipped (set GEOTRANSFER_TEST_DATA)"
}

stage install install

# Chromium and numba want a home they can write to. After the installation: pip's settings may lie in the old one.
: "${HOME:=$(getent passwd "$(id -u)" | cut -d: -f6)}"
if [ ! -d "$HOME" ] || [ ! -w "$HOME" ]; then
    HOME=$(mktemp -d)
    trap 'rm -rf "$HOME"' EXIT
fi
export HOME

stage machine machine
stage "ruff check" "$python" -m ruff check .
stage "ruff format" "$python" -m ruff format --check .
stage mypy "$python" -m mypy --strict geotransfer
stage licences "$python" scripts/licences.py
stage pytest "$python" -m pytest --durations=20 "$@"

printf '\n== seconds\n'
for i in "${!names[@]}"; do
    printf '%6d  %s\n' "${seconds[$i]}" "${names[$i]}"
done
if [ ${#failed[@]} -gt 0 ]; then
    printf 'FAILED: %s\n' "${failed[*]}"
    exit 1
fi
echo "all passed"
