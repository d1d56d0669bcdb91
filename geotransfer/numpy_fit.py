"""What to do when the numpy at hand is not one geotransfer's packages can use: the usual trouble inside QGIS."""

from __future__ import annotations

import sys

__all__ = ["numpy_misfit"]

OLDEST = (1, 26)
"""As in setup.cfg."""


def numpy_misfit(error: ImportError) -> str | None:
    """Return one paragraph that says what does not fit and the way out; None where numpy is not to blame.

    Examples
    --------
    >>> numpy_misfit(ImportError("pyarrow requires NumPy 2.0 or newer, found 1.26.4"))
    "pyarrow requires NumPy 2.0 or newer, found 1.26.4. The numpy in use does not fit geotransfer's packages; ..."
    >>> numpy_misfit(ImportError("No module named 'shapely'")) is None
    True
    """
    loaded = str(getattr(sys.modules.get("numpy"), "__version__", ""))
    # other packages stay unable to load in many words when numpy is too old for them
    too_old = bool(loaded) and tuple(int(part) for part in loaded.split(".")[:2]) < OLDEST
    if not too_old and "numpy" not in str(error).lower():
        return None
    said = f"numpy {loaded} was loaded first, 1.26 or newer is needed" if too_old else str(error).splitlines()[0]
    return (
        f"{said.rstrip('.')}. The numpy in use does not fit geotransfer's packages; inside QGIS install them into the "
        "folder 'python' of the profile, which comes before QGIS's own: python3 -m pip install --target "
        "PROFILE/python 'numpy<2' 'pyarrow<26' geotransfer (docs/qgis.md), and start QGIS again"
    )
