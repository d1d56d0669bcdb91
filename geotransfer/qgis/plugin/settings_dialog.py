"""Which Python has geotransfer, with a button that checks it."""

from qgis.core import QgsProcessingException, QgsProcessingFeedback
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPushButton, QVBoxLayout

from .environment import python_path, set_python_path
from .runner import run_job
from .words import say


class SettingsDialog(QDialog):
    """Path of the Python, check button, what the check said."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setWindowTitle(say("geotransfer 设置", "geotransfer settings"))
        self.path = QgsFileWidget()
        self.path.setFilePath(python_path())
        self.said = QLabel()
        self.said.setWordWrap(True)
        check = QPushButton(say("检查", "Check"))
        check.clicked.connect(self.check)
        buttons = QDialogButtonBox(QDialogButtonBox.Ok | QDialogButtonBox.Cancel)
        buttons.accepted.connect(self._keep)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(
            QLabel(say("装有 geotransfer 的 Python (虚拟环境里的 python):", "The Python that has geotransfer:"))
        )
        for widget in (self.path, check, self.said, buttons):
            layout.addWidget(widget)

    def check(self):
        """Start the Python and say which geotransfer it has."""
        before = python_path()
        set_python_path(self.path.filePath())
        try:
            values = run_job("check", {}, QgsProcessingFeedback())["values"]
            self.said.setText(f"geotransfer {values['version']}, Python {values['python']}")
        except QgsProcessingException as error:
            self.said.setText(str(error))
        finally:
            set_python_path(before)

    def _keep(self):
        set_python_path(self.path.filePath())
        self.accept()
