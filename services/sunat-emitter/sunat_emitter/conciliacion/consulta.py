"""Questions to SUNAT at a bounded pace, each kept in the audit; what is no answer ends the run for now."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from shared.errors import LumisError
from sunat_emitter.cuentas import Cuenta
from sunat_emitter.envelope import Fault, Status, Unusable
from sunat_emitter.soap import Answer, Consulta
from sunat_emitter.steps import Sending
from sunat_emitter.verdict import Verdict, of_fault, of_silence

_TRIES = 3
_PLATFORM = frozenset({Verdict.RETRY, Verdict.STOP})
"""Faults of SUNAT's platform and of the account, not of the file that is asked about."""


class Callado(LumisError):
    """SUNAT does not answer now: the run goes on later, where it stopped. `after`: seconds, where that is known."""

    def __init__(self, motivo: str, after: float | None = None) -> None:
        super().__init__(motivo)
        self.motivo, self.after = motivo, after


class Negado(LumisError):
    """SUNAT does not let the account in: asking on could lock it out, so nothing is asked until it changes."""

    def __init__(self, motivo: str) -> None:
        super().__init__(motivo)
        self.motivo = motivo


class Ritmo:
    """At most so many questions in a second, evenly spread."""

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._gap, self._clock, self._sleep, self._next = 1 / per_second, clock, sleep, 0.0

    async def wait(self) -> None:
        """Until the next question may be asked."""
        now = self._clock()
        at = max(now, self._next)
        self._next = at + self._gap
        if at > now:
            await self._sleep(at - now)


class Consultor:
    """Asks with one account."""

    def __init__(self, cuenta: Cuenta, sending: Sending, ritmo: Ritmo) -> None:
        self._cuenta, self._sending, self._ritmo = cuenta, sending, ritmo

    async def state(self, name: str, company: str, consulta: Consulta) -> Status:
        """Whether a comprobante stands. Raises Callado, Negado."""
        url = self._consult_url()
        return await self._ask(
            url, name, company, lambda: self._sending.client.consult_status(url, self._cuenta.sol, consulta)
        )

    async def receipt(self, name: str, company: str, consulta: Consulta) -> Status:
        """A comprobante's CDR. Raises Callado, Negado."""
        url = self._consult_url()
        return await self._ask(
            url, name, company, lambda: self._sending.client.get_status_cdr(url, self._cuenta.sol, consulta)
        )

    async def ticket(self, name: str, company: str, ticket: str) -> Status:
        """What became of a ticket. Raises Callado, Negado."""
        url = self._cuenta.servicios.bill
        return await self._ask(
            url, name, company, lambda: self._sending.client.get_status(url, self._cuenta.sol, ticket)
        )

    def _consult_url(self) -> str:
        if self._cuenta.servicios.consult is None:
            raise Callado("No hay servicio de consulta en este ambiente")
        return self._cuenta.servicios.consult

    async def _ask(self, url: str, name: str, company: str, call: Callable[[], Awaitable[Answer]]) -> Status:
        said = ""
        for _ in range(_TRIES):
            breaker = self._sending.breakers.of(url)
            if wait := breaker.wait():
                raise Callado("SUNAT no responde", wait)
            await self._ritmo.wait()
            answer = await call()
            await self._sending.auditoria.add(name, company, answer.exchange, self._sending.now())
            match answer.reply:
                case Status() as status:
                    breaker.told(works=True)
                    return status
                case Fault(int(codigo), mensaje) as fault if of_fault(fault) not in _PLATFORM:
                    breaker.told(works=True)
                    return Status(codigo, mensaje)  # a no about this file alone
                case Fault() as fault:
                    verdict, said = of_fault(fault), f"{fault.codigo or 0:04d} - {fault.mensaje}"
                case Unusable() as nothing:
                    verdict, said = of_silence(nothing), f"SUNAT no responde ({nothing.reason})"
                case _:
                    verdict, said = Verdict.RETRY, "SUNAT respondió otra cosa"
            breaker.told(works=verdict is not Verdict.RETRY)
            if verdict is Verdict.STOP:
                raise Negado(said)
        raise Callado(said)
