"""The stack's times fit those of what it runs."""

from pathlib import Path

from deploy.local.log import Log
from deploy.local.rows import SERVICES
from deploy.local.stack import LONGEST_DRAIN, Stack
from gateway.settings import GatewaySettings
from shared.settings import ServiceSettings


def stack(folder: Path, **environment: str) -> Stack:
    elsewhere = {"MONGODB_URL": "mongodb://nowhere", "RABBITMQ_URL": "amqp://nowhere"}
    return Stack(folder, Log(colour=False), secret="s" * 32, http_port=1, inherited={**elsewhere, **environment})


def test_a_service_is_killed_only_after_the_time_that_it_takes_to_end_by_itself(tmp_path: Path) -> None:
    defaults = [model.model_fields["drain_seconds"].default for model in (ServiceSettings, GatewaySettings)]
    assert max(defaults) == LONGEST_DRAIN < stack(tmp_path).drain_seconds
    assert stack(tmp_path, DRAIN_SECONDS="300").drain_seconds > 300
    assert len(stack(tmp_path).where.ops_ports) == len(SERVICES)
