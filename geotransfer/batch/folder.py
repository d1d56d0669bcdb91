"""The folder of a batch: where each scenario lies, whether it is finished, and the tables over all of them."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geotransfer.errors import InputError, OutputError
from geotransfer.files import locked, written_whole
from geotransfer.guard.formulas import safe_table
from geotransfer.outputs.folder import WRITE_ERRORS, is_whole

__all__ = ["SUMMARY_COLUMNS", "BatchFolder"]

MARKER = "batch.json"
SUMMARY_COLUMNS = {
    "zone": "str", "name": "str", "province": "str", "score": "float", "rank": "int", "status": "str",
    "first_failed_rule": "str", "eligible_km2": "float", "rank_p05": "float", "rank_p95": "float", "rank_cost": "int",
    "power_price_yuan_per_kwh": "float", "freight_cost_yuan_per_unit": "float", "delivered_cost_yuan_per_unit": "float",
    "co2_t_per_unit": "float",
}  # fmt: skip
"""Columns of summary.parquet beside `scenario`: the same in every part; empty where a scenario has none."""


class BatchFolder:
    """The paths below the folder of a batch, and what may be asked of them.

    Parameters
    ----------
    root : Path
        The folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def scenario(self, id: str) -> Path:
        """Return the folder of a scenario."""
        return self.root / "scenarios" / id

    def log(self, id: str) -> Path:
        """Return the log of a scenario."""
        return self.root / "logs" / f"{id}.log"

    def part(self, id: str) -> Path:
        """Return a scenario's part of the summary."""
        return self.root / "summary.parquet" / f"scenario={id}" / "part-0.parquet"

    def is_finished(self, id: str) -> bool:
        """Whether a scenario is there, whole and unchanged."""
        return is_whole(self.scenario(id))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other batches out of the folder during the block; what a killed one left half-written is removed.

        Raises
        ------
        OutputError
            Another batch writes there, the folder holds something else, or it cannot be written.
        """
        self._check()
        with self._writing():
            (self.root / "scenarios").mkdir(parents=True, exist_ok=True)
            (self.root / "logs").mkdir(exist_ok=True)
        with locked(self.root / ".lock", wait=False) as mine:
            if not mine:
                raise OutputError(
                    f"another batch writes into {str(self.root)!r} ({self._holder()}), or its file system has no "
                    "locks; wait until it is done, or choose another folder"
                )
            with self._writing():
                self._write_text("holder.txt", f"process {os.getpid()} on {platform.node()}")
                self._remove_drafts()
            yield
            # those of workers that were lost meanwhile
            self._remove_drafts()
            with suppress(OSError):
                (self.root / "holder.txt").unlink(missing_ok=True)

    def _check(self) -> None:
        if self.root.is_file():
            raise OutputError(f"output {str(self.root)!r} is a file, expected a folder; choose another name")
        if self.root.is_dir() and any(self.root.iterdir()) and not (self.root / MARKER).is_file():
            ours = {"scenarios", "logs", ".lock", "holder.txt"}
            # a batch that was killed before its first table
            if not {path.name for path in self.root.iterdir()} <= ours:
                raise OutputError(
                    f"output folder {str(self.root)!r} holds something else than a batch of geotransfer; expected a "
                    "new or empty folder, or that of a batch: choose another"
                )

    def _holder(self) -> str:
        try:
            return (self.root / "holder.txt").read_text(encoding="utf-8")
        except OSError:
            return "unknown process"

    def _remove_drafts(self) -> None:
        for folder in (self.root / "scenarios", self.root):
            for draft in folder.glob(".*.*"):
                if draft.is_dir():
                    shutil.rmtree(draft, ignore_errors=True)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except WRITE_ERRORS as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise OutputError(
                f"the batch cannot be written to {str(self.root)!r}: {reason}; finished scenarios are kept. Free space "
                "or choose another folder, and run it again"
            ) from error

    def _write_text(self, name: str, text: str) -> None:
        with written_whole(self.root / name) as draft:
            draft.write_text(text, encoding="utf-8", newline="\n")

    def clear(self, id: str) -> None:
        """Remove the folder of a scenario that is not whole: it is in the way of a new one."""
        if self.scenario(id).exists() and not self.is_finished(id):
            shutil.rmtree(self.scenario(id), ignore_errors=True)

    def write_part(self, id: str, ranking: pd.DataFrame) -> None:
        """Write a scenario's part of the summary."""
        path = self.part(id)
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as draft:
            summary_rows(ranking).to_parquet(draft, index=False, compression="zstd")

    def settle_summary(self, ids: Sequence[str]) -> None:
        """Make summary.parquet hold exactly the finished ones of `ids`."""
        wanted = set(ids)
        with self._writing():
            for folder in (self.root / "summary.parquet").glob("scenario=*"):
                if folder.name.partition("=")[2] not in wanted:
                    shutil.rmtree(folder, ignore_errors=True)
            for id in ids:
                if not _is_readable(self.part(id)):
                    self.write_part(id, pd.read_parquet(self.scenario(id) / "ranking.parquet"))

    def write_tables(self, scenarios: pd.DataFrame, failures: pd.DataFrame, facts: dict[str, Any]) -> None:
        """Write scenarios.csv, scenarios.parquet, failures.csv and batch.json."""
        with self._writing():
            for name, table in (("scenarios.csv", scenarios), ("failures.csv", failures)):
                with written_whole(self.root / name) as draft:
                    safe_table(table).to_csv(draft, index=False, encoding="utf-8-sig", lineterminator="\n")
            with written_whole(self.root / "scenarios.parquet") as draft:
                scenarios.to_parquet(draft, index=False)
            self._write_text(MARKER, json.dumps(facts, ensure_ascii=False, indent=1) + "\n")


def _is_readable(path: Path) -> bool:
    try:
        pd.read_parquet(path, columns=["zone"])
    except (OSError, ValueError):
        return False
    return True


def summary_rows(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of the summary, each of its one type; missing where the ranking has none.

    Examples
    --------
    >>> summary_rows(pd.DataFrame({"zone": ["1"], "score": [0.5]}))[["zone", "score", "rank"]]
      zone  score  rank
    0    1    0.5  <NA>
    """
    if not {"zone", "score"} <= set(ranking):
        raise InputError(f"a ranking has the columns zone and score, got {', '.join(map(str, ranking.columns))}")
    plain = pd.DataFrame(ranking.drop(columns="geometry")) if isinstance(ranking, gpd.GeoDataFrame) else ranking
    columns = {name: plain.get(name, pd.Series(pd.NA, index=plain.index)) for name in SUMMARY_COLUMNS}
    return pd.DataFrame({name: _typed(values, SUMMARY_COLUMNS[name]) for name, values in columns.items()})


def _typed(values: pd.Series[Any], kind: str) -> pd.Series[Any]:
    if kind == "str":
        return values.astype("string")
    numbers = pd.to_numeric(values, errors="coerce")
    return numbers.astype("Int64") if kind == "int" else numbers.astype("float64")
