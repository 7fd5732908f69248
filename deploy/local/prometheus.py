"""A private Prometheus: the real program on 127.0.0.1 with the configuration of `deploy/prometheus` and own targets."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local.bootstrap import PROMETHEUS, ROOT
from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.processes import Process
from deploy.local.rows import Addresses
from deploy.local.server import Server, ServerMissing
from deploy.local.stack import is_ready

SOURCE = ROOT / "deploy" / "prometheus"


def prometheus_program(name: str) -> Path:
    """`prometheus` or `promtool`: the one that the bootstrap unpacked, else the one on PATH.

    Raises:
        ServerMissing: neither is there.
    """
    candidates = [PROMETHEUS / name]
    if on_path := shutil.which(name):
        candidates.append(Path(on_path))
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return candidate
    raise ServerMissing(f"{name} is not installed: run `make tools`, or put the program on PATH")


Targets = Mapping[str, Sequence[Mapping[str, object]]]
"""The files of `targets/` by name: groups of addresses with their labels."""


def targets_of(where: Addresses) -> Targets:
    """The targets of a run on this machine."""
    services = [
        {"targets": [f"{LOOPBACK}:{port}"], "labels": {"service": name}} for name, port in where.ops_ports.items()
    ]
    port = where.broker_metrics_port
    return {"services.json": services, "rabbitmq.json": [{"targets": [f"{LOOPBACK}:{port}"]}] if port else []}


class Prometheus(Server):
    """A private Prometheus that scrapes these targets by the configuration that the tree ships."""

    name = "prometheus"

    def __init__(
        self,
        folder: Path,
        targets: Targets,
        *,
        port: int | None = None,
        interval: str | None = None,
    ) -> None:
        """`interval` replaces the time between two scrapes and two looks at the rules (such as `1s`)."""
        super().__init__(folder)
        self.port = port or free_ports(1)[0]
        self._targets = targets
        self._interval = interval

    @property
    def url(self) -> str:
        """The address of its pages and its API."""
        return f"http://{LOOPBACK}:{self.port}"

    def spawn(self) -> None:
        """Write the configuration and start the program without waiting."""
        program = prometheus_program("prometheus")
        self._configure()
        command = [
            str(program),
            "--config.file=prometheus.yml",
            "--storage.tsdb.path=data",
            f"--web.listen-address={LOOPBACK}:{self.port}",
            "--log.level=warn",
        ]
        self._launch(Process(self.name, command, os.environ))

    def _configure(self) -> None:
        """Copy what the tree ships, with targets of our own in the place of its ones."""
        shutil.rmtree(self.folder / "rules", ignore_errors=True)
        shutil.copytree(SOURCE / "rules", self.folder / "rules")
        text = (SOURCE / "prometheus.yml").read_text(encoding="utf-8")
        if self._interval is not None:
            lines = text.splitlines(keepends=True)
            text = "".join(
                line if "_interval:" not in line else f"{line.partition(':')[0]}: {self._interval}\n" for line in lines
            )
        (self.folder / "prometheus.yml").write_text(text, encoding="utf-8")
        folder = self.folder / "targets"
        folder.mkdir(exist_ok=True)
        for name, groups in self._targets.items():
            (folder / name).write_text(json.dumps(groups), encoding="utf-8")

    def answers(self) -> bool:
        """Whether it has loaded its configuration and answers queries."""
        return is_ready(self.port, "/-/ready")
