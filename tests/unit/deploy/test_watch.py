"""Prometheus beside a run: where its program and its targets come from, and what is said where it cannot be started."""

from pathlib import Path

import pytest

from deploy.local import bootstrap, prometheus
from deploy.local.commands import WrongUse
from deploy.local.prometheus import Prometheus, prometheus_program, targets_of
from deploy.local.record import Folder
from deploy.local.rows import SERVICES, Addresses
from deploy.local.servers import ServerMissing
from deploy.local.watch import watch

_PORTS = {row.name: number for number, row in enumerate(SERVICES, start=9000)}


def _program(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("#!/bin/sh\n")
    (folder / name).chmod(0o755)
    return folder / name


@pytest.fixture
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the bootstrap unpacks to; neither it nor PATH has any program."""
    place = tmp_path / "opt" / "prometheus" / "usr" / "bin"
    monkeypatch.setattr(bootstrap, "PROMETHEUS", place)
    monkeypatch.setattr(prometheus, "PROMETHEUS", place)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return place


def test_every_service_and_the_broker_are_targets() -> None:
    targets = targets_of(Addresses("m", "r", 1, _PORTS, broker_metrics_port=15692))
    assert [(group["targets"], group["labels"]) for group in targets["services.json"]] == [
        ([f"127.0.0.1:{port}"], {"service": name}) for name, port in _PORTS.items()
    ]
    assert targets["rabbitmq.json"] == [{"targets": ["127.0.0.1:15692"]}]


def test_a_broker_of_the_callers_is_no_target() -> None:
    assert targets_of(Addresses("m", "r", 1, _PORTS))["rabbitmq.json"] == []


def test_the_unpacked_program_goes_before_the_one_on_path(nothing_installed: Path, tmp_path: Path) -> None:
    with pytest.raises(ServerMissing, match="make tools"):
        prometheus_program("promtool")
    on_path = _program(tmp_path / "bin", "promtool")
    assert prometheus_program("promtool") == on_path
    unpacked = _program(nothing_installed, "promtool")
    assert prometheus_program("promtool") == unpacked


def test_what_cannot_be_had_is_said_and_is_no_failure(
    nothing_installed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bootstrap.ensure_unpacked("prometheus", bootstrap.PROMETHEUS, ("prometheus", "promtool"))
    assert "its tests are skipped: this is no Debian or Ubuntu" in capsys.readouterr().err


def test_a_package_is_unpacked_whole_and_only_once(nothing_installed: Path, tmp_path: Path) -> None:
    commands = {
        "apt-get": f'#!/bin/sh\necho "$@" >> {tmp_path / "log"}\n: > prometheus_2.42.deb\n',
        "dpkg-deb": "#!/bin/sh\nmkdir -p $3/usr/bin\ncd $3/usr/bin\n: > prometheus\n: > promtool\nchmod 755 *\n",
    }
    for name, text in commands.items():
        _program(tmp_path / "bin", name).write_text(text)
    for name in ("sh", "mkdir", "chmod"):
        (tmp_path / "bin" / name).symlink_to(f"/bin/{name}")
    bootstrap.ensure_unpacked("prometheus", bootstrap.PROMETHEUS, ("prometheus", "promtool"))
    bootstrap.ensure_unpacked("prometheus", bootstrap.PROMETHEUS, ("prometheus", "promtool"))
    assert prometheus_program("promtool") == nothing_installed / "promtool"
    assert (tmp_path / "log").read_text().splitlines() == ["download -qq prometheus"]
    assert [path.name for path in nothing_installed.parents[2].iterdir()] == ["prometheus"]


def test_the_configuration_is_the_one_of_the_tree_with_targets_of_the_run(tmp_path: Path) -> None:
    server = Prometheus(tmp_path, targets_of(Addresses("m", "r", 1, _PORTS)), interval="1s")
    server._configure()
    written, source = (tmp_path / "prometheus.yml").read_text(), (prometheus.SOURCE / "prometheus.yml").read_text()
    assert written == source.replace("_interval: 15s", "_interval: 1s")
    assert {path.name for path in (tmp_path / "rules").iterdir()} == {
        path.name for path in (prometheus.SOURCE / "rules").iterdir()
    }
    assert sorted(path.name for path in (tmp_path / "targets").iterdir()) == ["rabbitmq.json", "services.json"]


def test_without_a_run_there_is_nothing_to_watch(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="make up"):
        watch(Folder(tmp_path))
