"""A run's data folder: one living run at a time, a dead one is tidied up, the secret is private."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.processes import Process, processes_of
from deploy.local.record import AlreadyRunning, Folder, Record

_RECORD = Record(pid=1, url="http://127.0.0.1:1", mongodb_url="m", rabbitmq_url="r", ops_ports={"ledger": 2})


def test_a_second_run_is_refused_while_the_first_lives(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with folder.held():
        assert folder.is_held()
        with pytest.raises(AlreadyRunning), folder.held():
            pass
    assert not folder.is_held()


def test_a_record_is_read_as_it_was_written_and_gone_after_the_run(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with folder.held():
        folder.write(_RECORD)
        assert folder.read() == _RECORD
    assert folder.read() is None


def test_a_dead_run_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    leftover = Process("leftover", [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"], {})
    leftover.start(subprocess.PIPE)
    assert leftover.output is not None
    leftover.output.readline()
    folder.write(Record(**{**vars(_RECORD), "pid": 4_000_000, "stamps": (leftover.stamp,), "ready": True}))
    assert not folder.is_held()
    with folder.held() as ended:
        assert ended == [leftover.pid]
        assert folder.read() is None
    leftover.stop()
    assert processes_of(leftover.stamp) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_a_broken_record_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text)
    assert Folder(tmp_path).read() is None


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    secret = Folder(tmp_path).secret()
    assert len(secret) >= 32
    assert Folder(tmp_path).secret() == secret
    assert stat.S_IMODE((tmp_path / "jwt_secret").stat().st_mode) == 0o600
