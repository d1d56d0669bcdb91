"""The Processing provider "geotransfer"."""

import os

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .layer_algorithms import LAYER_ALGORITHMS
from .study_algorithms import STUDY_ALGORITHMS


class GeotransferProvider(QgsProcessingProvider):
    """Its algorithms, under one name in the toolbox."""

    def id(self):
        """Return the name in ``geotransfer:run_scenario``."""
        return "geotransfer"

    def name(self):
        """Return the name in the toolbox."""
        return "geotransfer"

    def icon(self):
        """Return the picture in the toolbox."""
        return QIcon(os.path.join(os.path.dirname(__file__), "icon.svg"))

    def loadAlgorithms(self):
        """Add the algorithms."""
        for algorithm in (*STUDY_ALGORITHMS, *LAYER_ALGORITHMS):
            self.addAlgorithm(algorithm())
