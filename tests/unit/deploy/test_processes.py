"""Programs that we start: what they started ends with them, and nothing else does."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.processes import Process, processes_of
from deploy.local.record import ROOT

_LEAVES_A_DAEMON = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"],
                 start_new_session=True)
print("ready", flush=True)
time.sleep(60)
"""
_IGNORES_SIGTERM = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def bystander() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


def _started(code: str) -> Process:
    process = Process("program", [sys.executable, "-c", code], {})
    process.start(subprocess.PIPE)
    assert process.output is not None
    assert process.output.readline() == b"ready\n"
    return process


def test_a_daemon_in_another_session_ends_with_the_program_that_started_it(
    bystander: "subprocess.Popen[bytes]",
) -> None:
    process = _started(_LEAVES_A_DAEMON)
    assert len(processes_of(process.stamp)) == 2
    process.stop(grace=5)
    assert processes_of(process.stamp) == []
    assert bystander.poll() is None


def test_a_program_that_ignores_sigterm_is_killed() -> None:
    process = _started(_IGNORES_SIGTERM)
    process.stop(grace=0.2)
    assert process.returncode == -9


def test_two_programs_of_one_kind_do_not_end_each_other() -> None:
    first, second = _started(_IGNORES_SIGTERM), _started(_IGNORES_SIGTERM)
    first.kill()
    assert not first.alive
    assert second.alive
    second.kill()


def test_programs_end_when_the_process_that_started_them_is_killed(tmp_path: Path) -> None:
    starter = (
        "import subprocess, sys, time\n"
        "from deploy.local.processes import Process\n"
        "process = Process('program', [sys.executable, '-c', 'import time; time.sleep(60)'], {})\n"
        "process.start(subprocess.DEVNULL)\n"
        "time.sleep(0.5)\n"
        "print(process.stamp, flush=True)\n"
        "time.sleep(60)\n"
    )
    command = [sys.executable, "-c", starter]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:  # noqa: S603 - our own text
        assert parent.stdout is not None
        stamp = parent.stdout.readline().decode().strip()
        assert len(processes_of(stamp)) == 1
        parent.kill()
    deadline = time.monotonic() + 10
    while processes_of(stamp) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_of(stamp) == []


_STARTS_AND_DIES = """
import os, subprocess, sys
from deploy.local.processes import Process
process = Process("program", [sys.executable, "-c", "import time; time.sleep(60)"], dict(os.environ))
process.start(subprocess.DEVNULL)
print(process.stamp, flush=True)
os._exit(0)
"""


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="without setpriv nothing ends them at once")
def test_a_program_whose_starter_died_before_it_could_be_told_does_not_begin(tmp_path: Path) -> None:
    slow = tmp_path / "setpriv"
    slow.write_text(f'#!/bin/sh\nsleep 1\nexec {shutil.which("setpriv")} "$@"\n')
    slow.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", _STARTS_AND_DIES]
    starter = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=30)  # noqa: S603 - our own program
    stamp = starter.stdout.strip()
    assert processes_of(stamp), "it is still on its way"
    time.sleep(2)
    assert processes_of(stamp) == []
