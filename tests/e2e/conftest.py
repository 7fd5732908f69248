"""One whole Lumis for all tests in this folder, with the local engine alone."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from deploy.local.ports import LOOPBACK
from tests.support.mail_server import MailServer, mail_server
from tests.support.otlp_receiver import OtlpReceiver, otlp_receiver
from tests.support.platform import Platform, running


@pytest.fixture(scope="session")
def mailbox() -> Iterator[MailServer]:
    """Where the platform's e-mails go."""
    with mail_server() as found:
        yield found


@pytest.fixture(scope="session")
def traces() -> Iterator[OtlpReceiver]:
    """Where the platform's spans go."""
    with otlp_receiver() as found:
        yield found


@pytest_asyncio.fixture(scope="session")
async def platform(
    tmp_path_factory: pytest.TempPathFactory, mailbox: MailServer, traces: OtlpReceiver
) -> AsyncIterator[Platform]:
    mail = {
        "SMTP_HOST": LOOPBACK,
        "SMTP_PORT": str(mailbox.port),
        "SMTP_SECURITY": "none",
        "SMTP_FROM": "facturas@lumis.example",
    }
    watched = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": traces.url,
        "OTEL_BSP_SCHEDULE_DELAY": "200",  # milliseconds
        "LOG_FORMAT": "json",
    }
    async with running(tmp_path_factory.mktemp("e2e"), mail | watched) as started:
        yield started
