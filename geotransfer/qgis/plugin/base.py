"""What all algorithms share: names and help in two languages, layers as files, styles on what is loaded."""

import os
import re

from qgis.core import (
    QgsCoordinateTransformContext,
    QgsFeatureRequest,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingException,
    QgsProcessingLayerPostProcessorInterface,
    QgsProcessingUtils,
    QgsVectorFileWriter,
)

from .runner import run_job
from .words import chinese, say

STYLERS = []
"""QGIS keeps no reference of its own to what it calls after an algorithm has ended."""


class GeotransferAlgorithm(QgsProcessingAlgorithm):
    """One task of geotransfer.

    A subclass says `NAME` (of the algorithm and the task), `TITLE` and `HELP` (each Chinese, English), adds its
    parameters in `initAlgorithm`, and returns the job's parameters from `job`. Outputs are named as in the task.
    """

    NAME = ""
    TITLE = ("", "")
    HELP = ("", "")

    def createInstance(self):
        """Return a new one of this kind."""
        return type(self)()

    def name(self):
        """Return the name in ``geotransfer:NAME``."""
        return self.NAME

    def displayName(self):
        """Return the name in the toolbox."""
        return say(*self.TITLE)

    def shortHelpString(self):
        """Return the help beside the dialog."""
        return say(*self.HELP)

    def job(self, parameters, context, feedback):
        """Return the parameters of the job, plain JSON values."""
        raise NotImplementedError

    def processAlgorithm(self, parameters, context, feedback):
        """Run the job and style what it wrote."""
        asked = {"language": "zh" if chinese() else "en", **self.job(parameters, context, feedback)}
        done = run_job(self.NAME, asked, feedback)
        for name, style in done["styles"].items():
            _style_when_loaded(done["files"][name], style, context)
        return {**done["files"], **done["values"]}

    def features(self, parameters, name, context):
        """Return the path of a GeoPackage with the features of a parameter, selection and filter kept."""
        source = self.parameterAsSource(parameters, name, context)
        if source is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, name))
        if not source.sourceCrs().isValid():
            raise QgsProcessingException(
                say(
                    f"图层 {source.sourceName()} 没有坐标系; 请在“图层 > 设置图层坐标系”里指定它的坐标系后再运行。",
                    f"The layer {source.sourceName()} has no CRS; assign the one its coordinates are in "
                    "(Layer > Set CRS of Layer) and run again.",
                )
            )
        layer = source.materialize(QgsFeatureRequest())
        path = QgsProcessingUtils.generateTempFilename(f"{name.lower()}.gpkg")
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName = "GPKG"
        options.layerName = "zones"
        options.datasourceOptions = ["VERSION=1.3"]
        options.layerOptions = ["FID=_fid"]
        error = QgsVectorFileWriter.writeAsVectorFormatV3(layer, path, QgsCoordinateTransformContext(), options)
        if error[0] != QgsVectorFileWriter.NoError:
            raise QgsProcessingException(error[1])
        return path

    def raster(self, parameters, name, context):
        """Return the path of a raster parameter: a file on this machine."""
        layer = self.parameterAsRasterLayer(parameters, name, context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, name))
        path = os.path.abspath(layer.source().split("|")[0])
        if not os.path.isfile(path):
            raise QgsProcessingException(
                say(
                    f"栅格 {layer.name()} 不是本机文件 ({path}); 请先导出为 GeoTIFF。",
                    f"The raster {layer.name()} is no file of this machine ({path}); export it as GeoTIFF first.",
                )
            )
        return path

    def output(self, parameters, name, context):
        """Return the absolute path an output layer goes to: the job runs in a process of its own."""
        return os.path.abspath(self.parameterAsOutputLayer(parameters, name, context))

    def output_file(self, parameters, name, context):
        """Return the absolute path an output file or folder goes to."""
        return os.path.abspath(self.parameterAsFileOutput(parameters, name, context))

    def input_file(self, parameters, name, context):
        """Return the absolute path of a file or folder that is read."""
        return os.path.abspath(self.parameterAsFile(parameters, name, context))

    def parts(self, parameters, name, context):
        """Return the parts of a text parameter between , ; and their Chinese forms."""
        text = self.parameterAsString(parameters, name, context)
        return [part.strip() for part in re.split("[,;，；、]", text) if part.strip()]

    def lines(self, parameters, name, context):
        """Return the lines of a text parameter that are not empty."""
        text = self.parameterAsString(parameters, name, context)
        return [line.strip() for line in text.splitlines() if line.strip()]


class _Styler(QgsProcessingLayerPostProcessorInterface):
    """Puts a style on a layer when QGIS has loaded it."""

    def __init__(self, style):
        super().__init__()
        self.style = style

    def postProcessLayer(self, layer, context, feedback):
        layer.loadNamedStyle(self.style)
        layer.triggerRepaint()


def _style_when_loaded(path, style, context):
    if context.willLoadLayerOnCompletion(path):
        styler = _Styler(style)
        STYLERS.append(styler)
        context.layerToLoadOnCompletionDetails(path).setPostProcessor(styler)


VECTOR = QgsProcessing.TypeVectorAnyGeometry
