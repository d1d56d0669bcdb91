"""What QGIS loads: registers the provider, adds the settings to the menu."""

from qgis.core import QgsApplication
from qgis.PyQt.QtWidgets import QAction

from .provider import GeotransferProvider
from .words import say


class GeotransferPlugin:
    """The plugin; `iface` is None in qgis_process."""

    def __init__(self, iface):
        self.iface = iface
        self.provider = None
        self.action = None

    def initProcessing(self):
        """Register the algorithms; also called by qgis_process, which has no window."""
        self.provider = GeotransferProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self):
        """Register the algorithms and the menu entry."""
        self.initProcessing()
        self.action = QAction(say("geotransfer 设置…", "geotransfer settings…"), self.iface.mainWindow())
        self.action.triggered.connect(self._settings)
        self.iface.addPluginToMenu("geotransfer", self.action)

    def unload(self):
        """Take everything back."""
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
        if self.action is not None:
            self.iface.removePluginMenu("geotransfer", self.action)

    def _settings(self):
        from .settings_dialog import SettingsDialog

        SettingsDialog(self.iface.mainWindow()).exec_()
