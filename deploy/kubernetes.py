"""Kubernetes' objects of the six services, one file for each (`deploy/k8s/base/<service>.yaml`), made out of rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from shared.contracts.topology import EVENTS, FOLLOWERS, event_queue, follower_queue

_HTTP, _OPS = 8080, 9100
_SERVERS = (5672, 5671, 27017, 4318)
"""Broker, broker with TLS, database, collector."""
_OUTSIDE = (443, 80, 587, 465)
"""HTTPS and HTTP of models, webhooks and SUNAT; mail."""
_USER = 10001
"""As in deploy/Dockerfile."""
_SECRETS = "lumis-secrets"
_COMMON_SECRETS = ("rabbitmq_url", "mongodb_url")
_HEADER = "# Generated from deploy/kubernetes.py (`make specs`); change it there.\n"
_ENDING_SECONDS = 30
"""Beside the drain: `preStop`, the gateway's UNREADY_SECONDS, and the closing of connections."""
_BUSY_PERCENT = 70
"""Of the processor time that was requested, above which a replica is added."""


@dataclass(frozen=True)
class Row:
    """How a service runs in a cluster."""

    name: str
    memory: tuple[str, str]
    """Requested and at most. Measured: docs/how-to/deploy-on-kubernetes.md."""
    cpu: str
    """Requested; at most is not set, as a service that waits for its turn is slower, and one that is throttled late."""
    secrets: tuple[str, ...] = ()
    """Beside the addresses of broker and database."""
    settings: Mapping[str, str] = field(default_factory=dict)
    is_public: bool = False
    """It serves HTTP to the outside."""
    asks_outside: bool = False
    """It speaks to hosts on the internet."""
    by_processor: bool = False
    """It is also scaled by its processor time: what it does keeps a processor busy."""
    waiting_per_replica: int = 20
    """One replica for each so many messages that wait in a queue; those in a replica's hands do not count."""
    replicas: tuple[int, int] = (2, 6)
    drain_seconds: int = 25
    """The service's own DRAIN_SECONDS."""


ROWS = (
    Row(
        "gateway",
        ("256Mi", "768Mi"),
        "500m",
        ("jwt_secret", "file_link_key"),
        {"TRUSTED_PROXIES": "1"},
        is_public=True,
        asks_outside=True,
        by_processor=True,
        drain_seconds=35,
    ),
    # A replica takes 16 papers in hand and reads one after the other offline: what waits behind them is late already.
    Row(
        "ocr-engine",
        ("1Gi", "4Gi"),
        "1",
        ("gemini_api_key", "openrouter_api_key"),
        asks_outside=True,
        by_processor=True,
        waiting_per_replica=2,
    ),
    Row("reconciler", ("128Mi", "256Mi"), "100m"),
    Row("ledger", ("128Mi", "256Mi"), "200m"),
    Row("tagger", ("128Mi", "384Mi"), "100m"),
    Row(
        "sunat-emitter",
        ("256Mi", "1536Mi"),
        "200m",
        ("sunat_seal_key", "sunat_old_seal_keys", "smtp_password"),
        asks_outside=True,
    ),
)


def manifest(row: Row) -> str:
    """A service's objects as one file of several YAML documents."""
    objects = [_deployment(row), _service(row), _disruption(row), _scaling(row), _network(row)]
    text: str = yaml.safe_dump_all(objects, sort_keys=False, width=120)
    return _HEADER + text


def _labels(row: Row) -> dict[str, str]:
    return {"app.kubernetes.io/name": row.name, "app.kubernetes.io/part-of": "lumis"}


def _object(version: str, kind: str, row: Row, spec: Mapping[str, Any]) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": row.name, "labels": _labels(row)}, "spec": spec}


def _deployment(row: Row) -> dict[str, Any]:
    """A rolling change that never has fewer replicas than wanted; a pod that does not end after its drain is killed."""
    pod = {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": row.drain_seconds + _ENDING_SECONDS,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": _labels(row)},
            }
        ],
        "containers": [_container(row)],
        "volumes": [{"name": "tmp", "emptyDir": {}}, {"name": "secrets", "secret": _secret_volume(row)}],
    }
    template = {"metadata": {"labels": _labels(row), "annotations": _annotations()}, "spec": pod}
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    # No number of replicas: KEDA owns it, and applying the file again must not set it back.
    spec = {"selector": {"matchLabels": _labels(row)}, "strategy": strategy, "template": template}
    return _object("apps/v1", "Deployment", row, spec)


def _annotations() -> dict[str, str]:
    return {"prometheus.io/scrape": "true", "prometheus.io/port": str(_OPS), "prometheus.io/path": "/metrics"}


def _secret_volume(row: Row) -> dict[str, Any]:
    names = [*_COMMON_SECRETS, *row.secrets]
    return {"secretName": _SECRETS, "defaultMode": 0o440, "items": [{"key": name, "path": name} for name in names]}


def _container(row: Row) -> dict[str, Any]:
    least, most = row.memory
    ports = [{"name": "ops", "containerPort": _OPS}]
    if row.is_public:
        ports.insert(0, {"name": "http", "containerPort": _HTTP})
    return {
        "name": row.name,
        "image": f"lumis-{row.name}",
        "ports": ports,
        "envFrom": [{"configMapRef": {"name": "lumis-settings"}}],
        "env": [{"name": name, "value": value} for name, value in row.settings.items()],
        "resources": {"requests": {"cpu": row.cpu, "memory": least}, "limits": {"memory": most}},
        "startupProbe": _probe("/readyz", period=2, failures=60),
        "readinessProbe": _probe("/readyz", period=5, failures=2),
        "livenessProbe": _probe("/healthz", period=10, failures=6),
        # The endpoint is taken out of the balancers while the service still answers.
        "lifecycle": {"preStop": {"exec": {"command": ["sleep", "5"]}}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - the only folder that is written to
            {"name": "secrets", "mountPath": "/run/secrets", "readOnly": True},
        ],
    }


def _probe(path: str, *, period: int, failures: int) -> dict[str, Any]:
    probe = {"httpGet": {"path": path, "port": "ops"}, "periodSeconds": period, "timeoutSeconds": 3}
    return {**probe, "failureThreshold": failures}


def _service(row: Row) -> dict[str, Any]:
    ports = [{"name": "ops", "port": _OPS, "targetPort": "ops"}]
    if row.is_public:
        ports.insert(0, {"name": "http", "port": 80, "targetPort": "http"})
    return _object("v1", "Service", row, {"selector": _labels(row), "ports": ports})


def _disruption(row: Row) -> dict[str, Any]:
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": _labels(row)}}
    return _object("policy/v1", "PodDisruptionBudget", row, spec)


def _scaling(row: Row) -> dict[str, Any]:
    """By what asks for most: the longest of its queues, or its processor time."""
    least, most = row.replicas
    triggers = [_queue_trigger(queue, row.waiting_per_replica) for queue in _queues(row)]
    if row.by_processor:
        triggers.append({"type": "cpu", "metricType": "Utilization", "metadata": {"value": str(_BUSY_PERCENT)}})
    spec = {
        "scaleTargetRef": {"name": row.name},
        "minReplicaCount": least,
        "maxReplicaCount": most,
        "cooldownPeriod": 300,
        "triggers": triggers,
    }
    return _object("keda.sh/v1alpha1", "ScaledObject", row, spec)


def _queues(row: Row) -> list[str]:
    if row.name in FOLLOWERS:
        return [follower_queue(row.name)]
    return [event_queue(row.name, each.event) for each in EVENTS if row.name in each.receivers]


def _queue_trigger(queue: str, waiting: int) -> dict[str, Any]:
    """By AMQP the broker tells how many messages wait; those in a consumer's hands are not among them."""
    metadata = {"protocol": "amqp", "queueName": queue, "mode": "QueueLength", "value": str(waiting)}
    return {"type": "rabbitmq", "metadata": metadata, "authenticationRef": {"name": "lumis-rabbitmq"}}


def _network(row: Row) -> dict[str, Any]:
    """In: Prometheus, and the ingress where the service is public. Out: names, servers; HTTP and mail if asked."""
    inside = [_from(_OPS, {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "prometheus"}}})]
    if row.is_public:
        inside.append(_from(_HTTP, {"namespaceSelector": {"matchLabels": {"lumis.io/ingress": "true"}}}))
    names: dict[str, Any] = {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}
    outside = [names, {"ports": [{"port": port, "protocol": "TCP"} for port in _SERVERS]}]
    if row.asks_outside:
        own = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"]
        block = {"ipBlock": {"cidr": "0.0.0.0/0", "except": own}}
        outside.append({"to": [block], "ports": [{"port": port, "protocol": "TCP"} for port in _OUTSIDE]})
    spec = {
        "podSelector": {"matchLabels": _labels(row)},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": inside,
        "egress": outside,
    }
    return _object("networking.k8s.io/v1", "NetworkPolicy", row, spec)


def _from(port: int, peer: Mapping[str, Any]) -> dict[str, Any]:
    return {"from": [peer], "ports": [{"port": port, "protocol": "TCP"}]}
