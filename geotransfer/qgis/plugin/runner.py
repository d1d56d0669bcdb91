"""Runs one job in geotransfer's environment: a JSON file in, JSON lines out; progress and cancel."""

import json
import os
import queue
import re
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
    if python and os.path.isdir(python):
        raise QgsProcessingException(
            say(
                f"{python} 是文件夹; 请指定其中的 python 文件 (如 bin/python 或 Scripts\\python.exe)。",
                f"{python} is a folder; name the file python in it (such as bin/python or Scripts\\python.exe).",
            )
        )
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
        with _start(python, job) as process:
            return _follow(process, feedback)


def _start(python, job):
    flags = {}
    if os.name == "nt":
        flags["creationflags"] = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    else:
        flags["start_new_session"] = True
    try:
        return subprocess.Popen(
            [python, "-I", "-m", "geotransfer.qgis.job", job],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=clean_environment(),
            encoding="utf-8",
            errors="replace",
            **flags,
        )
    except OSError as error:
        raise QgsProcessingException(
            say(
                f"{python} 不是能运行的程序 ({error}); 请在“插件 > geotransfer 设置”里指定装有 geotransfer 的 python。",
                f"{python} is no program that runs ({error}); name the python that has geotransfer under "
                "Plugins > geotransfer settings.",
            )
        ) from None


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
        raise QgsProcessingException(_unexpected("".join(said), process))
    if "error" in answer:
        raise QgsProcessingException(answer["error"])
    for line in answer["done"]["lines"]:
        feedback.pushInfo(line)
    return answer["done"]


def _unexpected(text, process):
    """Return what to say of a process that ended without an answer."""
    if re.search("No module named '?geotransfer", text):
        python = process.args[0]
        return say(
            f"{python} 里没有 geotransfer; 请用它运行 -m pip install geotransfer, "
            "或在“插件 > geotransfer 设置”里另选。",
            f"The Python {python} has no geotransfer: run it with -m pip install geotransfer, or choose another under "
            "Plugins > geotransfer settings.",
        )
    return say("geotransfer 意外结束: ", "geotransfer ended unexpectedly: ") + (_tail(text) or str(process.returncode))


def _tail(text, size=600):
    """Return the last whole lines of a text, together no longer than `size`; at least the last one."""
    lines = text.strip().splitlines()
    kept = lines[-1:]
    for line in reversed(lines[:-1]):
        if sum(map(len, kept)) + len(kept) + len(line) > size:
            break
        kept.insert(0, line)
    return "\n".join(kept)


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
