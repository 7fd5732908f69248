"""The local runner: starts the whole platform, tells what is wrong, and leaves nothing behind."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.processes import processes_of
from deploy.local.record import ROOT, Folder, Record

_START_SECONDS = 120


class Runner:
    """`python -m deploy.local` on a data folder of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = Folder(folder)
        self.port = free_ports(1)[0]
        self.output = folder.parent / "output.txt"
        kept = {name: value for name, value in os.environ.items() if name not in {"MONGODB_URL", "RABBITMQ_URL"}}
        self._environment = {**kept, "PORT": str(self.port), "LUMIS_DATA": str(folder), "LOCAL_WORKERS": "1"}
        self.process: subprocess.Popen[bytes] | None = None

    def begin(self, command: str = "run") -> "subprocess.Popen[bytes]":
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "deploy.local", command],
                cwd=ROOT,
                env=self._environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        return self.process

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "deploy.local", *words]
        return subprocess.run(  # noqa: S603 - our own program
            command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False, timeout=180
        )

    def wait_for(self, reached: Callable[[Record], bool]) -> Record:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self.process is not None and self.process.poll() is None:
            record = self.folder.read()
            if record is not None and reached(record):
                return record
            time.sleep(0.1)
        pytest.fail(f"the runner did not get there:\n{self.text()}")

    def end(self, number: int = signal.SIGINT) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(90)

    def text(self) -> str:
        return self.output.read_text(errors="replace")


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    made = Runner(tmp_path / "data")
    yield made
    if made.process is not None and made.process.poll() is None:
        made.end(signal.SIGTERM)
    made.command("down")


def _left_of(record: Record) -> list[int]:
    return [pid for stamp in record.stamps for pid in processes_of(stamp)]


def _answers(port: int, path: str) -> int:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def test_run_starts_six_services_that_answer_and_ctrl_c_ends_all(runner: Runner) -> None:
    runner.begin()
    record = runner.wait_for(lambda record: record.ready)
    assert {_answers(port, "/readyz") for port in record.ops_ports.values()} == {200}
    assert len(record.ops_ports) == 6
    assert _answers(runner.port, "/api/v4/lumis/balance") == 401
    assert len(_left_of(record)) >= 9
    assert runner.end(signal.SIGINT) == 0
    assert _left_of(record) == []
    assert f"Lumis is at http://127.0.0.1:{runner.port}" in runner.text()


def test_a_service_that_is_killed_ends_the_run_with_its_name(runner: Runner) -> None:
    process = runner.begin()
    record = runner.wait_for(lambda record: record.ready)
    tagger = next(pid for pid in _left_of(record) if b"/tagger" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(tagger, signal.SIGKILL)
    assert process.wait(90) == 1
    assert "tagger ended with code -9" in runner.text()
    assert _left_of(record) == []


def test_ctrl_c_in_the_middle_of_the_start_leaves_nothing(runner: Runner) -> None:
    runner.begin()
    record = runner.wait_for(lambda record: len(record.stamps) >= 3)
    assert runner.end(signal.SIGINT) == 0
    assert _left_of(record) == []


def test_up_returns_when_all_is_ready_and_down_ends_it(runner: Runner) -> None:
    up = runner.command("up")
    assert up.returncode == 0, up.stdout + up.stderr
    record = runner.folder.read()
    assert record is not None
    assert runner.command("status").returncode == 0
    assert "already" in runner.command("up").stdout
    second = runner.command("run")
    assert (second.returncode, "running already" in second.stderr) == (1, True)
    granted = runner.command("token", "ana", "--lumis", "30")
    assert granted.stderr == "ana has 30 Lümis.\n"
    assert runner.command("down").returncode == 0
    assert _left_of(record) == []
    assert runner.command("status").returncode == 3


def test_a_runner_that_was_killed_leaves_servers_that_end_and_the_next_start_works(runner: Runner) -> None:
    process = runner.begin()
    first = runner.wait_for(lambda record: len(record.stamps) >= 3)
    process.kill()
    process.wait()
    assert runner.command("status").returncode == 3
    runner.begin()
    second = runner.wait_for(lambda record: record.ready)
    assert _left_of(first) == []
    assert second.pid != first.pid
    assert runner.end(signal.SIGTERM) == 0


def test_a_taken_port_is_named_with_the_way_out(runner: Runner) -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, runner.port))
        taken.listen()
        answer = runner.command("run")
    assert answer.returncode == 1
    assert f"port {runner.port} is taken by another program" in answer.stderr
    assert "PORT=" in answer.stderr


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="without setpriv nothing ends them at once")
@pytest.mark.parametrize("moment", ["servers are spawned", "services are spawned", "all is ready"])
def test_the_processes_of_a_killed_runner_end_by_themselves(runner: Runner, moment: str) -> None:
    least = {"servers are spawned": 3, "services are spawned": 9, "all is ready": 9}[moment]
    process = runner.begin()
    record = runner.wait_for(lambda record: len(record.stamps) >= least and (record.ready or moment != "all is ready"))
    process.kill()
    process.wait()
    deadline = time.monotonic() + 120
    while _left_of(record) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _left_of(record) == []
