"""What the plugin can ask for: one function a task, files in and files out.

A task takes the parameters of the job (plain JSON values) and says how far it is; it returns the files it wrote by the
name of the output, and what is to be printed.
"""

from __future__ import annotations

from geotransfer.qgis.layer_tasks import LAYER_TASKS
from geotransfer.qgis.study_tasks import STUDY_TASKS

__all__ = ["TASKS"]

TASKS = {**STUDY_TASKS, **LAYER_TASKS}
