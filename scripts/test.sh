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

has_qgis() {
    command -v "${GEOTRANSFER_QGIS_PROCESS:-/usr/bin/qgis_process.bin}" >/dev/null 2>&1 &&
        QT_QPA_PLATFORM=offscreen /usr/bin/python3 -c 'import qgis.core' >/dev/null 2>&1
}

has_postgis() {
    [ -n "${GEOTRANSFER_POSTGRES_BIN:-}" ] ||
        { ls /usr/lib/postgresql/*/bin/initdb /usr/share/postgresql/*/extension/postgis.control; } >/dev/null 2>&1
}

# What a missing program means:  says HAS_PROGRAM SENTENCE
says() {
    "$1" || echo "$2"
}

machine() {
    local wanted=()
    has_chromium || wanted+=(chromium)
    has_chinese_font || wanted+=(fonts-noto-cjk fontconfig)
    has_qgis || wanted+=(qgis python3-qgis)
    has_postgis || wanted+=(postgresql postgresql-postgis)
    if [ ${#wanted[@]} -gt 0 ] && can_apt; then
        echo "installing ${wanted[*]}"
        apt_install "${wanted[@]}" || echo "apt-get install ${wanted[*]} failed"
    fi
    says has_chromium "no Chromium: the tests marked browser are skipped (Debian: apt install chromium; or set GEOTRANSFER_CHROMIUM)"
    says has_chinese_font "no Chinese font: maps in the browser tests show boxes (Debian: apt install fonts-noto-cjk)"
    says has_qgis "no QGIS: the tests marked qgis are skipped (Debian: apt install qgis python3-qgis)"
    says has_postgis "no PostGIS: the tests marked postgis are skipped (Debian: apt install postgresql postgresql-postgis)"
    [ -d "${GEOTRANSFER_TEST_DATA:-../shared/data}" ] ||
        echo "no shared test data: the tests marked data are skipped (set GEOTRANSFER_TEST_DATA)"
}

# geotransfer for QGIS's own Python, whose numpy is 1: packages once, geotransfer each time (docs/qgis.md).
qgis_target() {
    local target=$venv/qgis-python source
    has_qgis || return 0
    if [ -z "${GEOTRANSFER_QGIS_TARGET:-}" ]; then
        source=$(mktemp -d)
        cp -r geotransfer layers setup.cfg pyproject.toml README.md LICENSE "$source"
        if ! cmp -s setup.cfg "$target/geotransfer-installed"; then
            rm -rf "$target"
            for_qgis "$target" 'numpy<2' 'pyarrow<26' "$source" && cp setup.cfg "$target/geotransfer-installed"
        else
            rm -rf "$target/geotransfer" "$target"/geotransfer-*.dist-info
            for_qgis "$target" --no-deps "$source"
        fi || echo "the installation for QGIS's Python failed; the tests marked qgis_target are skipped"
        rm -rf "$source"
        [ ! -d "$target/geotransfer" ] || export GEOTRANSFER_QGIS_TARGET=$target
    fi
    echo "for QGIS: ${GEOTRANSFER_QGIS_TARGET:-nothing}"
}

for_qgis() {
    local target=$1
    shift
    "$python" -m pip --python /usr/bin/python3 install -q --target "$target" "$@" 2>&1 | { grep -v WARNING || true; }
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
stage "qgis python" qgis_target
stage "ruff check" "$python" -m ruff check .
stage "ruff format" "$python" -m ruff format --check .
stage mypy "$python" -m mypy --strict geotransfer
# A file stays with one worker, so that what its tests share is made once.
stage pytest "$python" -m pytest -n auto --maxprocesses 4 --dist loadfile --durations=20 "$@"

printf '\n== seconds\n'
for i in "${!names[@]}"; do
    printf '%6d  %s\n' "${seconds[$i]}" "${names[$i]}"
done
if [ ${#failed[@]} -gt 0 ]; then
    printf 'FAILED: %s\n' "${failed[*]}"
    exit 1
fi
echo "all passed"
