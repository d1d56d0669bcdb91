"""The QGIS plugin: a Processing provider that runs geotransfer in its own environment.

Nothing here imports geotransfer: QGIS has its own numpy, PROJ and GDAL. Python 3.9, which QGIS 3.22 ships on Windows.
"""


def classFactory(iface):  # noqa: D103 - QGIS asks for this name
    from .plugin import GeotransferPlugin

    return GeotransferPlugin(iface)
