"""Reports of a result."""

from geotransfer.report.document import render_report

__all__ = ["render_report"]
