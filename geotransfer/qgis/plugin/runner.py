"""Runs one job in geotransfer's environment: a JSON file in, JSON lines out; progress and cancel."""

import json
import os
import queue
import signal
import subprocess
import tempfile
import threading

from qgis.core import QgsProcessingException

from .environment import clean_environment, python_path
from .words import say

WAIT = 0.1
"""Seconds between two looks at the cancel button."""


def run_job(task, parameters, feedback):
    """Return what the job did: files, styles, lines, values.

    Raises
    ------
    QgsProcessingException
        No environment, the user's mistake (in geotransfer's own words), or a crash (with the end of what it said).
    """
    python = python_path()
    if not python or not os.path.isfile(python):
        raise QgsProcessingException(
            say(
                f"找不到 geotransfer 的 Python ({python or '未设置'})。请在装有 geotransfer 的环境里运行 "
                "geotransfer qgis install, 或在菜单“插件 > geotransfer 设置”里指定。",
                f"geotransfer's Python was not found ({python or 'not set'}). Run `geotransfer qgis install` in the "
                "environment that has geotransfer, or name it under Plugins > geotransfer settings.",
            )
        )
    with tempfile.TemporaryDirectory() as folder:
        job = os.path.join(folder, "job.json")
        with open(job, "w", encoding="utf-8") as file:
            json.dump({"task": task, "parameters": parameters}, file, ensure_ascii=False)
        with _start(python, job, folder) as process:
            return _follow(process, feedback)


def _start(python, job, folder):
    flags = {}
    if os.name == "nt":
        flags["creationflags"] = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    else:
        flags["start_new_session"] = True
    return subprocess.Popen(
        [python, "-I", "-m", "geotransfer.qgis.job", job],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=clean_environment(),
        encoding="utf-8",
        errors="replace",
        **flags,
    )


def _follow(process, feedback):
    lines = queue.Queue()
    said = []
    readers = [
        threading.Thread(target=_read, args=(process.stdout, lines.put), daemon=True),
        threading.Thread(target=_read, args=(process.stderr, said.append), daemon=True),
    ]
    for reader in readers:
        reader.start()
    answer = None
    while readers[0].is_alive() or not lines.empty():
        if feedback.isCanceled():
            _stop(process)
            raise QgsProcessingException(say("已取消, 没有写出结果。", "Cancelled; nothing was written."))
        try:
            answer = _heard(lines.get(timeout=WAIT), feedback) or answer
        except queue.Empty:
            continue
    process.wait()
    readers[1].join(timeout=1)
    if answer is None:
        tail = "".join(said)[-600:].strip()
        raise QgsProcessingException(
            say("geotransfer 意外结束: ", "geotransfer ended unexpectedly: ") + (tail or str(process.returncode))
        )
    if "error" in answer:
        raise QgsProcessingException(answer["error"])
    for line in answer["done"]["lines"]:
        feedback.pushInfo(line)
    return answer["done"]


def _read(stream, put):
    for line in stream:
        put(line)


def _heard(line, feedback):
    """Pass on a line of progress; return an answer."""
    try:
        message = json.loads(line)
    except ValueError:
        feedback.pushConsoleInfo(line.rstrip())
        return None
    if "say" in message:
        feedback.setProgressText(str(message["say"]))
        if message["share"] is not None:
            feedback.setProgress(100.0 * message["share"])
        return None
    return message


def _stop(process):
    """End the process and what it started."""
    if os.name == "nt":
        process.send_signal(signal.CTRL_BREAK_EVENT)
    else:
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=3)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
