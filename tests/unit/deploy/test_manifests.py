"""What is shipped for containers and clusters is well formed, and gives each service what its settings ask for."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, TypeVar

import compose_spec
import kubernetes_validate
import pytest
import yaml

from deploy import make_secrets
from deploy.environment import SERVICES
from deploy.kubernetes import ROWS
from lumis_operator.places import OperatorSettings
from shared.contracts.topology import EVENTS, FOLLOWERS, event_queue, follower_queue
from shared.settings import Settings

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
KUBERNETES = "1.37"
CUSTOM = {"ScaledObject", "TriggerAuthentication", "RabbitmqCluster", "MongoDBCommunity"}
"""Kinds that operators bring along; their schemas are not at hand."""
MANIFESTS = sorted((DEPLOY / "k8s").rglob("*.yaml"))
MODELS = dict(SERVICES)
SettingsT = TypeVar("SettingsT", bound=Settings)


def _compose() -> dict[str, Any]:
    loaded = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def _uncommented(path: Path) -> dict[str, str]:
    """What an example file sets when it is copied as it is."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def _objects(path: Path) -> list[dict[str, Any]]:
    return [each for each in yaml.safe_load_all(path.read_text(encoding="utf-8")) if each]


def _image_environment() -> dict[str, str]:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    words = [line.split()[1:] for line in text.splitlines() if line.startswith("ENV ")][-1]
    return dict(word.split("=", 1) for word in words)


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    make_secrets.make(tmp_path / "secrets")
    return tmp_path / "secrets"


def _settings(model: type[SettingsT], files: Path, environment: dict[str, str]) -> SettingsT:
    """The settings as a container with these secrets and this environment would read them."""
    kept = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment, SECRETS_FOLDER=str(files))
    try:
        return model()
    finally:
        os.environ.clear()
        os.environ.update(kept)


def test_the_dockerfile_follows_the_linters_rules() -> None:
    if (linter := shutil.which("hadolint", path=str(Path(sys.executable).parent))) is None:
        pytest.skip("hadolint has no build for this machine")
    command = [linter, str(DEPLOY / "Dockerfile")]
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - the linter
    assert found.stdout == ""


def test_compose_is_what_its_specification_says() -> None:
    compose_spec.PyCompose.from_json(json.dumps(_compose())).to_spec()


@pytest.mark.parametrize("service", MODELS)
def test_a_container_has_all_that_its_service_must_be_told_and_no_secret_beside(
    service: str, secrets: Path, tmp_path: Path
) -> None:
    row = _compose()["services"][service]
    own = tmp_path / "own"
    own.mkdir()
    for name in row["secrets"]:
        shutil.copy(secrets / name, own / name)
    copied = _uncommented(DEPLOY / ".env.example")
    settings = _settings(MODELS[service], own, _image_environment() | copied | row["environment"])
    assert settings.mongodb_url.startswith("mongodb://lumis:")
    assert (settings.ops_host, settings.ops_port) == ("0.0.0.0", 9100)  # noqa: S104 - inside a container
    assert set(row["secrets"]) <= set(type(settings).model_fields)
    assert row["build"]["args"]["SERVICE"] == service


def test_the_operators_command_finds_every_service(secrets: Path) -> None:
    row = _compose()["services"]["operator"]
    given = _settings(OperatorSettings, secrets, _image_environment() | row["environment"])
    assert {each.split("=")[0] for each in given.ops_urls.split(",")} == set(MODELS)
    assert given.jwt_secret is not None
    assert given.names_a_part


def test_every_secret_of_compose_is_one_that_is_made(secrets: Path) -> None:
    wanted = {Path(each["file"]).name for each in _compose()["secrets"].values()}
    assert wanted <= {path.name for path in secrets.iterdir()}


def test_secrets_are_made_once_and_open_to_nobody_beside(secrets: Path) -> None:
    before = {path.name: path.read_text() for path in secrets.iterdir()}
    (secrets / "jwt_secret").unlink()
    assert make_secrets.make(secrets) == ["jwt_secret"]
    after = {path.name: path.read_text() for path in secrets.iterdir()}
    assert {name for name in before if before[name] != after[name]} == {"jwt_secret"}
    assert secrets.stat().st_mode & 0o077 == 0


def test_a_password_that_was_made_anew_stands_in_its_address_too(secrets: Path) -> None:
    for name in ("rabbitmq_url", "rabbitmq.conf"):
        (secrets / name).unlink()
    make_secrets.make(secrets)
    password = (secrets / "rabbitmq_password").read_text()
    assert password in (secrets / "rabbitmq_url").read_text()
    assert password in (secrets / "rabbitmq.conf").read_text()


@pytest.mark.parametrize(
    "path", sorted((DEPLOY / "k8s").rglob("*.yaml")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_every_object_of_kubernetes_has_its_kinds_shape(path: Path) -> None:
    for each in _objects(path):
        if each["kind"] not in CUSTOM | {"Kustomization"}:
            kubernetes_validate.validate(each, KUBERNETES, strict=True)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_pod_has_all_that_its_service_must_be_told(row: Any, secrets: Path, tmp_path: Path) -> None:
    (deployment, *_) = _objects(DEPLOY / "k8s" / "base" / f"{row.name}.yaml")
    pod = deployment["spec"]["template"]["spec"]
    own = tmp_path / "own"
    own.mkdir()
    for item in pod["volumes"][1]["secret"]["items"]:
        shutil.copy(secrets / item["key"], own / item["path"])
    (shared,) = _objects(DEPLOY / "k8s" / "base" / "settings.yaml")
    told = {each["name"]: each["value"] for each in pod["containers"][0]["env"]}
    settings = _settings(MODELS[row.name], own, _image_environment() | shared["data"] | told)
    assert settings.drain_seconds < pod["terminationGracePeriodSeconds"] - 5


def test_replicas_are_added_by_queues_that_there_are() -> None:
    there = {event_queue(name, each.event) for each in EVENTS for name in each.receivers}
    there |= {follower_queue(name) for name in FOLLOWERS}
    for row in ROWS:
        scaled = next(
            each for each in _objects(DEPLOY / "k8s" / "base" / f"{row.name}.yaml") if each["kind"] == "ScaledObject"
        )
        queues = {each["metadata"].get("queueName") for each in scaled["spec"]["triggers"]} - {None}
        assert queues
        assert queues <= there


@pytest.mark.parametrize(("overlay", "least"), [("small", 1), ("production", 2)])
def test_an_overlay_builds(overlay: str, least: int) -> None:
    if (kubectl := shutil.which("kubectl")) is None:
        pytest.skip("kubectl is not on PATH")
    command = [kubectl, "kustomize", str(DEPLOY / "k8s" / "overlays" / overlay)]
    built = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - kubectl
    objects = [each for each in yaml.safe_load_all(built.stdout) if each]
    assert {each["metadata"]["namespace"] for each in objects} == {"lumis"}
    counts = [each["spec"]["minReplicaCount"] for each in objects if each["kind"] == "ScaledObject"]
    assert len(counts) == len(ROWS)
    assert min(counts) == least
