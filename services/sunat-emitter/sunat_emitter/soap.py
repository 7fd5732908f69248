"""SUNAT's web services: one call each, whose answer is always a value. What SUNAT says no to is no exception here."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.http_client import Budget, HttpClient, HttpFailed, HttpUnreachable
from sunat_emitter import envelope
from sunat_emitter.envelope import Reply, Sol, Unusable

_LARGEST_ANSWER = 8 * 1024 * 1024


@dataclass(frozen=True)
class Exchange:
    """One call as the audit keeps it; the request's credentials are masked."""

    operation: str
    url: str
    request: bytes = field(repr=False)
    response: bytes = field(repr=False)
    status: int | None
    """HTTP's; None where no answer came."""
    outcome: str
    """`answered`, or why not: `timeout`, `unreachable`, `broken`, `too_large`."""
    seconds: float


@dataclass(frozen=True)
class Answer:
    """What SUNAT said, and the exchange that it was said in."""

    reply: Reply
    exchange: Exchange


@dataclass(frozen=True)
class Consulta:
    """Which comprobante a consult is about."""

    ruc: str
    tipo: str
    serie: str
    numero: int

    @property
    def fields(self) -> dict[str, str]:
        """As SUNAT names them."""
        return {
            "rucComprobante": self.ruc,
            "tipoComprobante": self.tipo,
            "serieComprobante": self.serie,
            "numeroComprobante": str(self.numero),
        }


class SoapClient:
    """SOAP calls over one pool of connections, TLS certificates verified. URLs are those of the services themselves."""

    def __init__(self, budget: Budget, *, connections: int = 32) -> None:
        self._budget = budget
        self._http = HttpClient("sunat", largest_answer=_LARGEST_ANSWER, connections=connections)

    async def send_bill(self, url: str, sol: Sol, name: str, xml: bytes) -> Answer:
        """Send a signed comprobante; answered by its CDR (`Delivered`)."""
        return await self._send(url, sol, "sendBill", _file(name, xml))

    async def send_summary(self, url: str, sol: Sol, name: str, xml: bytes) -> Answer:
        """Send a summary or a voiding; answered by a ticket (`Ticketed`)."""
        return await self._send(url, sol, "sendSummary", _file(name, xml))

    async def get_status(self, url: str, sol: Sol, ticket: str) -> Answer:
        """Ask what became of a ticket (`Status`)."""
        return await self._send(url, sol, "getStatus", {"ticket": ticket})

    async def get_status_cdr(self, url: str, sol: Sol, consulta: Consulta) -> Answer:
        """Ask the consult service for a comprobante's CDR (`Status`)."""
        return await self._send(url, sol, "getStatusCdr", consulta.fields)

    async def consult_status(self, url: str, sol: Sol, consulta: Consulta) -> Answer:
        """Ask the consult service whether a comprobante stands (`Status`)."""
        return await self._send(url, sol, "getStatus", consulta.fields)

    async def close(self) -> None:
        """Close every connection."""
        await self._http.close()

    async def _send(self, url: str, sol: Sol, operation: str, fields: Mapping[str, str | bytes]) -> Answer:
        masked = envelope.request(operation, fields, sol.masked)
        headers = {"content-type": "text/xml; charset=utf-8", "soapaction": f'"urn:{operation}"'}
        started = time.monotonic()
        status, body, outcome = None, b"", "answered"
        reply: Reply
        try:
            answer = await self._http.send(
                "POST",
                url,
                budget=self._budget,
                content=envelope.request(operation, fields, sol),
                headers=headers,
            )
        except HttpFailed as failure:
            outcome = failure.outcome
            reply = Unusable(outcome, sent=not isinstance(failure, HttpUnreachable))
        else:
            status, body = answer.status, answer.body
            reply = envelope.read_reply(status, body)
        seconds = time.monotonic() - started
        return Answer(reply, Exchange(operation, url, masked, body, status, outcome, seconds))


def _file(name: str, xml: bytes) -> dict[str, str | bytes]:
    return {"fileName": f"{name}.zip", "contentFile": envelope.zip_of(name, xml)}
