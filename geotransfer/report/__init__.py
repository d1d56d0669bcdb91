"""Reports of a result."""

from geotransfer.report.document import render_report
from geotransfer.report.pdf import print_pdf

__all__ = ["print_pdf", "render_report"]
