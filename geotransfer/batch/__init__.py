"""Many scenarios in one folder: on one machine or a Dask cluster, resumable, each whole or not there."""

from __future__ import annotations

from geotransfer.batch.running import BatchReport, run_batch

__all__ = ["BatchReport", "run_batch"]
