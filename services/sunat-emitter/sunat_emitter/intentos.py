"""What sending a comprobante and sending a summary share: quick tries, stopped issuers, what an answer means."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog

from sunat_emitter.cuentas import Cuenta
from sunat_emitter.envelope import Fault, Reply, Unusable
from sunat_emitter.steps import Again, Decided, End, Held, Later, Lost, Sending, Step, Terms
from sunat_emitter.store.envios import RECHAZADO, Parada, Result
from sunat_emitter.verdict import Verdict, of_fault, of_silence

_log = structlog.get_logger()

IN_PROCESS = 140

_More = TypeVar("_More")


async def quickly(once: Callable[[bool], Awaitable[Step | _More]], terms: Terms, *, en_duda: bool) -> End | _More:
    """The quick tries: each is told whether SUNAT may have it by now."""
    motivo = ""
    for attempt in range(terms.quick_tries):
        if attempt:
            await asyncio.sleep(terms.quick_pause * 2 ** (attempt - 1))
        step = await once(en_duda)
        if not isinstance(step, Again):
            return step
        motivo, en_duda = step.motivo, step.en_duda
    return Later(motivo, en_duda)


async def each_of(names: Sequence[str], work: Callable[[str], Awaitable[None]], *, at_once: int) -> int:
    """Do a work for each, so many at a time; one that fails does not stop the rest. Returns how many did not fail."""
    places = asyncio.Semaphore(at_once)

    async def one(name: str) -> None:
        async with places:
            await work(name)

    results = await asyncio.gather(*(one(name) for name in names), return_exceptions=True)
    failed = [(name, done) for name, done in zip(names, results, strict=True) if isinstance(done, BaseException)]
    if failed:
        name, error = failed[0]
        # Without the RUC, which may be a person's.
        first = name.partition("-")[2]
        _log.error("could not take everything up", failed=len(failed), first=first, exc_info=error)
    return len(results) - len(failed)


async def stopped(emisor_id: int, cuenta: Cuenta, sending: Sending, *, en_duda: bool) -> Held | None:
    """The end of what its issuer's refused account holds back; None where it may go. A changed account goes on."""
    parada = await sending.envios.parada(emisor_id)
    if parada is None:
        return None
    if parada.version == cuenta.version:
        return Held(parada.motivo, en_duda, parado=True)
    await sending.envios.resume(parada, sending.now())
    return None


async def entering(
    emisor_id: int,
    cuenta: Cuenta,
    sending: Sending,
    send: Callable[[], Awaitable[Step | _More]],
    *,
    en_duda: bool,
) -> Step | _More:
    """Send with an account: alone until SUNAT has let it in, not at all where it is refused."""
    async with sending.proven.entering(emisor_id, cuenta.version):
        step = await stopped(emisor_id, cuenta, sending, en_duda=en_duda) or await send()
        if isinstance(step, Held) and step.parado:
            await sending.envios.stop(Parada(emisor_id, cuenta.version, step.motivo), sending.now())
        elif not isinstance(step, Again | Held | Later | Lost):
            sending.proven.let_in(emisor_id, cuenta.version)
    return step


def judge(said: Reply | Decided, *, en_duda: bool) -> Step:
    """What the answer to a sending means. `en_duda` is how it stood before: SUNAT may have had it already."""
    match said:
        case Decided():
            return said
        case Fault() as fault:
            return _by_fault(fault, en_duda=en_duda)
        case Unusable() as nothing if of_silence(nothing) is Verdict.STOP:
            return Held("SUNAT no autoriza al usuario SOL (HTTP 401)", en_duda, parado=True)
        case Unusable(reason, sent):
            return Again(f"SUNAT no responde ({reason})", en_duda or sent)
        case _:
            return Again("SUNAT no responde (other)", en_duda=True)


def told(fault: Fault) -> str:
    """A fault as a person reads it."""
    return fault.mensaje if fault.codigo is None else f"{fault.codigo:04d} - {fault.mensaje}"


def _by_fault(fault: Fault, *, en_duda: bool) -> Step:
    said = told(fault)
    match of_fault(fault):
        case Verdict.REJECTED:
            return Decided(Result(RECHAZADO, f"{fault.codigo:04d}", fault.mensaje))
        case Verdict.FIX:
            return Held(said, en_duda)
        case Verdict.STOP:
            return Held(said, en_duda, parado=True)
        case Verdict.RECONCILE if fault.codigo == IN_PROCESS:
            return Later(said, en_duda)
        case Verdict.RECONCILE:
            # Nothing of ours can have been there: the number was used by another system.
            return Held(f"SUNAT ya tiene un comprobante con este número que no se envió desde aquí: {said}", en_duda)
        case _:
            return Again(f"SUNAT no puede responder ({said})", en_duda or fault.codigo is None)


def pause(ladder: Sequence[float], step: int, after: float | None = None) -> float:
    """Seconds until the next try, a little scattered: the ladder's step, whose last repeats, or what is said."""
    seconds = ladder[min(step, len(ladder) - 1)] if after is None else after
    return seconds * random.uniform(1, 1.2)
