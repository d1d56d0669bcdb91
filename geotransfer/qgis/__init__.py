"""geotransfer inside QGIS: the Processing plugin, the jobs it starts, and layers in and out of a script."""
