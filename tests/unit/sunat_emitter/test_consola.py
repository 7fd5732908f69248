"""Commands: what they write is their answer alone, and nothing is published by them."""

import pytest
import structlog
from structlog.testing import capture_logs

from shared.errors import Unavailable
from sunat_emitter.consola import quiet
from sunat_emitter.deps import NoBroker


def test_while_a_command_answers_the_log_is_quiet_and_afterwards_it_is_not() -> None:
    log = structlog.get_logger()
    with capture_logs() as logs:
        with quiet():
            log.error("in between")
        log.info("afterwards")
    assert [line["event"] for line in logs] == ["afterwards"]


async def test_what_a_command_brings_about_is_left_to_the_service_to_publish() -> None:
    with pytest.raises(Unavailable, match="left to the service"):
        await NoBroker().publish(cause="resumenes/x")
