"""Layers of QGIS as GeoDataFrames and back, inside a QGIS script; no osgeo, nothing written to disk."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geotransfer.errors import CrsError, InputError, MissingExtra

__all__ = ["from_qgis_layer", "to_qgis_layer"]

SHAPES = {"Point": "MultiPoint", "LineString": "MultiLineString", "Polygon": "MultiPolygon"}


def from_qgis_layer(layer: Any) -> gpd.GeoDataFrame:
    """Return the features of a vector layer of QGIS.

    Parameters
    ----------
    layer : QgsVectorLayer
        Its filter holds; its selection does not. NULL becomes a missing value.

    Returns
    -------
    GeoDataFrame
        In the layer's CRS, columns as its fields.

    Raises
    ------
    InputError
        The layer is not valid or has no feature.
    CrsError
        It has no CRS.

    Examples
    --------
    In the Python console of QGIS, with a layer chosen:

    >>> import geotransfer as gt
    >>> counties = gt.from_qgis_layer(iface.activeLayer())  # doctest: +SKIP
    """
    if not layer.isValid() or not layer.featureCount():
        raise InputError(
            f"layer {layer.name()!r} is not valid or has no feature; expected a vector layer with features"
        )
    if not layer.crs().isValid():
        raise CrsError(f"layer {layer.name()!r} has no CRS; set it in QGIS (Layer CRS > Set layer CRS)")
    names = [field.name() for field in layer.fields()]
    features = list(layer.getFeatures())
    shapes = [None if f.geometry().isNull() else bytes(f.geometry().asWkb().data()) for f in features]
    table = {name: [_plain(f.attribute(name)) for f in features] for name in names}
    return gpd.GeoDataFrame(table, geometry=shapely.from_wkb(shapes), crs=layer.crs().toWkt())


def _plain(value: Any) -> Any:
    """Return a value without Qt in it: NULL is missing, dates are text."""
    if value is None or (hasattr(value, "isNull") and value.isNull()):
        return None
    return value.toString("yyyy-MM-ddTHH:mm:ss") if hasattr(value, "toString") else value


def to_qgis_layer(features: gpd.GeoDataFrame, name: str) -> Any:
    """Return a layer in memory with the features; add it with ``QgsProject.instance().addMapLayer``.

    Parameters
    ----------
    features : GeoDataFrame
        Of points, lines or polygons, one kind, with a CRS.
    name : str
        What the layer is called.

    Raises
    ------
    InputError
        No feature, or several kinds of geometry.
    CrsError
        No CRS.
    MissingExtra
        Called outside QGIS.

    Examples
    --------
    >>> features = gpd.GeoDataFrame({"name": ["a"]}, geometry=gpd.points_from_xy([106.5], [29.5]), crs="EPSG:4326")
    >>> QgsProject.instance().addMapLayer(to_qgis_layer(features, "a"))  # doctest: +SKIP
    """
    try:
        from qgis.core import QgsCoordinateReferenceSystem, QgsFeature, QgsGeometry, QgsVectorLayer
    except ImportError as error:
        raise MissingExtra("to_qgis_layer needs QGIS; run it in the Python console or a script of QGIS") from error
    if features.crs is None:
        raise CrsError("the features have no CRS; set it, for example with features.set_crs('EPSG:4326')")
    layer = QgsVectorLayer(_kind(features), name, "memory")
    layer.setCrs(QgsCoordinateReferenceSystem.fromWkt(features.crs.to_wkt()))
    columns = [column for column in features.columns if column != features.geometry.name]
    provider = layer.dataProvider()
    provider.addAttributes([_field(features[column], column) for column in columns])
    layer.updateFields()
    rows = []
    for geometry, values in zip(features.geometry, features[columns].itertuples(index=False), strict=True):
        feature = QgsFeature(layer.fields())
        if geometry is not None and not geometry.is_empty:
            shape = QgsGeometry()
            shape.fromWkb(shapely.to_wkb(geometry))
            feature.setGeometry(shape)
        feature.setAttributes([_value(value) for value in values])
        rows.append(feature)
    provider.addFeatures(rows)
    layer.updateExtents()
    return layer


def _kind(features: gpd.GeoDataFrame) -> str:
    kinds = sorted(set(features.geom_type.dropna().str.replace("Multi", "")))
    if len(kinds) != 1 or kinds[0] not in SHAPES:
        raise InputError(f"the features are {', '.join(kinds) or 'none'}; expected points, lines or polygons, one kind")
    return SHAPES[kinds[0]]


def _field(column: pd.Series[Any], name: str) -> Any:
    from qgis.core import QgsField
    from qgis.PyQt.QtCore import QVariant

    if pd.api.types.is_bool_dtype(column):
        return QgsField(name, QVariant.Bool)
    if pd.api.types.is_integer_dtype(column):
        return QgsField(name, QVariant.LongLong)
    if pd.api.types.is_numeric_dtype(column):
        return QgsField(name, QVariant.Double)
    return QgsField(name, QVariant.String)


def _value(value: Any) -> Any:
    """Return a plain Python value: QGIS knows nothing of numpy."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return (
        value.item()
        if isinstance(value, np.generic)
        else value
        if isinstance(value, bool | int | float)
        else str(value)
    )
