"""Takes up again what is due: what was put off, what a crash left, what was decided and not told, issuers set right."""

from datetime import timedelta

import structlog

from shared.errors import Unavailable
from shared.service import every
from sunat_emitter import metrics
from sunat_emitter.intentos import each_of
from sunat_emitter.sending import deliver, tell
from sunat_emitter.steps import HasSending, Sending, sending_of

_log = structlog.get_logger()

_BATCH = 200
_AT_ONCE = 16
_EVENT_GRACE = timedelta(seconds=60)
"""For the event of what was just issued."""
_TELLING_GRACE = timedelta(seconds=15)
"""For who has just decided one to publish that: longer than a publish may take."""
_AGES = {"under_1h": timedelta(0), "under_1d": timedelta(hours=1), "older": timedelta(days=1)}


async def sweep_envios(deps: HasSending) -> None:
    """Look again and again, until cancelled."""
    sending = sending_of(deps)

    async def sweep() -> None:
        await turn(sending)

    await every(deps.resend_seconds, sweep)


async def turn(sending: Sending) -> None:
    """One look at everything."""
    now = sending.now()
    await sending.envios.adopt(now + _EVENT_GRACE)
    await _resume(sending)
    await _tell_untold(sending)
    await measure(sending)
    while due := await sending.envios.due(sending.now(), _BATCH):
        if not await each_of(due, lambda name: deliver(name, sending), at_once=_AT_ONCE):
            break


async def _resume(sending: Sending) -> None:
    """Let issuers go on whose configuration is not the one that SUNAT refused."""
    async for parada in sending.envios.paradas():
        if await sending.cuentas.version(parada.emisor_id) != parada.version:
            await sending.envios.resume(parada, sending.now())
            _log.info("issuer goes on", emisor_id=parada.emisor_id)
    await sending.envios.release(sending.now())


async def _tell_untold(sending: Sending) -> None:
    """Publish what was decided; without the broker that waits, and sending goes on."""
    try:
        for row in await sending.envios.untold(sending.now() - _TELLING_GRACE, _BATCH):
            await tell(row, sending)
    except Unavailable as error:
        _log.warning("could not tell everything", error=str(error))


async def measure(sending: Sending) -> None:
    """Set the gauges that alerts look at."""
    now, envios = sending.now(), sending.envios
    counts = [await envios.pending(before=now - age) for age in _AGES.values()] + [0]
    for label, count, older in zip(_AGES, counts, counts[1:], strict=False):
        metrics.PENDING.labels(label).set(count - older)
    metrics.HELD_BACK.set(await envios.held_back())
    metrics.STOPPED.set(len([each async for each in envios.paradas()]))
