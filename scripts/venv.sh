# Sourced by quickstart.sh and test.sh: find a Python, make a virtual environment.

# Nothing here asks a question, and no Python, PROJ or GDAL of the caller's leaks into the environment
# (a PROJ_DATA that points at another PROJ breaks rasterio).
exec </dev/null
unset PYTHONPATH PYTHONHOME PROJ_LIB PROJ_DATA GDAL_DATA GDAL_DRIVER_PATH
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore PYTHONUTF8=1

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

can_apt() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1
}

apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null 2>&1 || true # a stale package list may still do
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# Prints the first Python >= 3.11 of $PYTHON, python3, python3.14 ... python3.11.
find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11 python; do
        if command -v "$candidate" >/dev/null 2>&1 && new_enough "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

# make_venv DIR: a working virtual environment with pip at DIR; an existing one that works is kept.
make_venv() {
    local dir=$1 python
    if [ -x "$dir/bin/python" ] && new_enough "$dir/bin/python" && "$dir/bin/python" -m pip --version >/dev/null 2>&1; then
        return 0
    fi
    if ! python=$(find_python); then
        if can_apt; then apt_install python3 python3-venv || true; fi
        python=$(find_python) || die "no Python >= 3.11 found (python3 is $(python3 --version 2>&1 || true)); install one, or set PYTHON=/path/to/python3.11"
    fi
    if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        if can_apt; then apt_install python3-venv || true; fi
        "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
            die "$python cannot make virtual environments; on Debian or Ubuntu: sudo apt install python3-venv"
    fi
    if [ -e "$dir" ]; then
        [ -f "$dir/pyvenv.cfg" ] || die "$dir exists and is no virtual environment; move it away"
        rm -rf "$dir"
    fi
    "$python" -m venv "$dir" || die "could not make a virtual environment at $dir"
}

# pip_install DIR ARGUMENT...: quietly, with the pinned versions; the build tool comes from the pins too.
pip_install() {
    local dir=$1
    shift
    "$dir/bin/python" -m pip install -q -c "$root/scripts/constraints.txt" setuptools &&
        "$dir/bin/python" -m pip install -q -c "$root/scripts/constraints.txt" --no-build-isolation "$@"
}
