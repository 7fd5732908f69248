"""A cluster's Prometheus: pods get the labels that the rules ask for, and every node of the broker is asked."""

import importlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploy.local.prometheus import SOURCE, prometheus_program
from deploy.local.servers import ServerMissing

_yaml: Any = importlib.import_module("yaml")  # it comes without types
_ASKS_KUBERNETES = re.compile(r"kubernetes_sd_configs:\n( +)- role: pod\n +namespaces: .*\n(?: +names: .*\n)?")
"""Debian's program was built without it; a file can tell of pods by the same labels."""


@pytest.fixture
def pods(tmp_path: Path) -> Path:
    """What a cluster's Prometheus is given, in a folder where pods are told by a file."""
    text = (SOURCE / "kubernetes.yml").read_text(encoding="utf-8")
    told, count = _ASKS_KUBERNETES.subn(r"file_sd_configs:\n\1- files: [pods.json]\n", text)
    assert count == 4
    (tmp_path / "kubernetes.yml").write_text(told, encoding="utf-8")
    (tmp_path / "rules").symlink_to(SOURCE / "rules")
    found = [
        _port("10.0.0.1:8080", "gateway-a", "http", name="gateway", part_of="lumis"),
        _port("10.0.0.1:9100", "gateway-a", "ops", name="gateway", part_of="lumis"),
        _port("10.0.0.2:9100", "ledger-a", "ops", name="ledger", part_of="lumis"),
        _port("10.0.0.3:9100", "ledger-b", "ops", "Failed", name="ledger", part_of="lumis"),
        _port("10.0.0.4:5672", "rabbitmq-server-0", "amqp", name="rabbitmq", component="rabbitmq"),
        _port("10.0.0.4:15692", "rabbitmq-server-0", "prometheus", name="rabbitmq", component="rabbitmq"),
        _port("10.0.0.5:15692", "rabbitmq-server-1", "prometheus", name="rabbitmq", component="rabbitmq"),
    ]
    (tmp_path / "pods.json").write_text(json.dumps(found), encoding="utf-8")
    return tmp_path


def _port(address: str, pod: str, port: str, phase: str = "Running", **labels: str) -> dict[str, Any]:
    meta = {f"pod_label_app_kubernetes_io_{key}": value for key, value in labels.items()}
    meta |= {"pod_name": pod, "pod_container_port_name": port, "pod_phase": phase}
    return {"targets": [address], "labels": {f"__meta_kubernetes_{key}": value for key, value in meta.items()}}


def _promtool(folder: Path, *arguments: str) -> str:
    try:
        program = prometheus_program("promtool")
    except ServerMissing as missing:
        pytest.skip(str(missing))
    command: list[str | Path] = [program, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - promtool
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _scraped(folder: Path, job: str) -> dict[str, dict[str, str]]:
    """The targets' labels that stay, by their address."""
    told = _promtool(folder, "check", "service-discovery", "--timeout=1s", "kubernetes.yml", job)
    kept = [each["labels"] for each in _yaml.safe_load(told) if each.get("labels")]
    return {
        each["__address__"]: {key: value for key, value in each.items() if not key.startswith("__")} for each in kept
    }


def test_prometheus_takes_the_configuration_for_a_cluster(pods: Path) -> None:
    assert "SUCCESS" in _promtool(pods, "check", "config", "kubernetes.yml")


def test_pods_of_a_cluster_get_the_labels_that_the_rules_ask_for(pods: Path) -> None:
    assert _scraped(pods, "lumis") == {
        "10.0.0.1:9100": {"job": "lumis", "service": "gateway", "instance": "gateway-a"},
        "10.0.0.2:9100": {"job": "lumis", "service": "ledger", "instance": "ledger-a"},
    }


def test_every_node_of_a_clusters_broker_is_asked(pods: Path) -> None:
    assert _scraped(pods, "rabbitmq") == {
        "10.0.0.4:15692": {"job": "rabbitmq", "instance": "rabbitmq-server-0"},
        "10.0.0.5:15692": {"job": "rabbitmq", "instance": "rabbitmq-server-1"},
    }
    assert _scraped(pods, "rabbitmq-queues").keys() == _scraped(pods, "rabbitmq").keys()


def test_a_cluster_is_asked_for_the_same_as_one_machine() -> None:
    machine, cluster = (
        {
            job["job_name"]: {key: job.get(key) for key in ("metrics_path", "params", "metric_relabel_configs")}
            for job in _yaml.safe_load((SOURCE / name).read_text(encoding="utf-8"))["scrape_configs"]
        }
        for name in ("prometheus.yml", "kubernetes.yml")
    )
    assert machine == cluster
