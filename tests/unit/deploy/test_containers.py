"""Servers as containers, against a stand-in for the `docker` command: how it is called, and that it is called off."""

import sys
from pathlib import Path

import pytest

from deploy.local.containers import RabbitMQContainer, docker_is_up
from deploy.local.processes import processes_of
from deploy.local.servers import ServerFailed

_DOCKER = """#!{python}
import pathlib, socket, sys
with (pathlib.Path(__file__).parent / "calls").open("a") as calls:
    calls.write(" ".join(sys.argv[1:]) + chr(10))
if sys.argv[1] == "run":
    host, port, inner = sys.argv[sys.argv.index("-p") + 1].split(":")
    listener = socket.create_server((host, int(port)))
    while True:
        client, _ = listener.accept()
        client.recv(8)
        client.sendall(bytes([{greeting}]))
        client.close()
"""


def _install(folder: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    folder.mkdir()
    (folder / "docker").write_text(program)
    (folder / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_a_container_is_started_on_the_loopback_and_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _install(tmp_path / "bin", monkeypatch, _DOCKER.format(python=sys.executable, greeting=1))
    assert docker_is_up()
    server = RabbitMQContainer(tmp_path / "data")
    server.start()
    stamps = server.stamps
    server.stop(remove=True)
    calls = (tmp_path / "bin" / "calls").read_text().splitlines()
    assert [call.split()[0] for call in calls] == ["info", "run", "stop", "rm"]
    assert f"-p 127.0.0.1:{server.port}:5672" in calls[1]
    assert [processes_of(stamp) for stamp in stamps] == [[]]
    assert not server.folder.exists()


def test_a_container_that_cannot_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _install(tmp_path / "bin", monkeypatch, "#!/bin/sh\necho no such image\nexit 125\n")
    with pytest.raises(ServerFailed, match="no such image"):
        RabbitMQContainer(tmp_path / "data").start()
