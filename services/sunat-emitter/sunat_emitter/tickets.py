"""Asks SUNAT what became of a summary (RC, RA) by its ticket, and reads the receipt that says so."""

from dataclasses import dataclass

from sunat_emitter import cdr
from sunat_emitter.cdr import Cdr, CdrUnreadable
from sunat_emitter.cuentas import Cuenta
from sunat_emitter.deps import Deps
from sunat_emitter.entrega import Missing
from sunat_emitter.envelope import Fault, Reply, Status, Unusable
from sunat_emitter.intentos import stopped, told
from sunat_emitter.steps import Decided, End, Held, Later, Lost, Sending, sending_of
from sunat_emitter.store import StoredResumen
from sunat_emitter.store.envios import ACEPTADO, RECHAZADO, Result
from sunat_emitter.verdict import ON_BOOKS, Ticket, Verdict, of_cdr, of_fault, of_silence, of_ticket

WAITING = "En proceso de validación por SUNAT"
_UNKNOWN = 127
_MUTE_ASKINGS = 5
"""After so many the status of a ticket counts without a receipt."""


@dataclass(frozen=True)
class Adrift:
    """Its ticket leads nowhere: it is to be sent again under its name."""

    motivo: str


async def ask_ticket(resumen: StoredResumen, cuenta: Cuenta, deps: Deps) -> End | Missing | Adrift:
    """One question; what is no end puts the next one off."""
    sending = sending_of(deps)
    if (halted := await stopped(resumen.emisor_id, cuenta, sending, en_duda=False)) is not None:
        return halted
    url = cuenta.servicios.bill
    breaker = sending.breakers.of(url)
    if wait := breaker.wait():
        return Later(WAITING, en_duda=False, after=wait)
    if not await deps.resumenes.renew(resumen, sending.lease_end()):
        return Lost()
    call = sending.client.get_status(url, cuenta.sol, resumen.ticket or "")
    reply = (await sending.audited(resumen, call)).reply
    breaker.told(works=_works(reply))
    match reply:
        case Status() as status:
            return await _by_status(resumen, status, deps, sending)
        case Fault(codigo) if codigo == _UNKNOWN:
            return await _unknown(resumen, deps, sending)
        case Fault() as fault if of_fault(fault) is Verdict.STOP:
            return Held(told(fault), en_duda=False, parado=True)
        case Fault() as fault:
            return Later(f"SUNAT no puede decir qué fue del ticket ({told(fault)})", en_duda=False)
        case Unusable() as nothing if of_silence(nothing) is Verdict.STOP:
            return Held("SUNAT no autoriza al usuario SOL (HTTP 401)", en_duda=False, parado=True)
        case _:
            return Later(WAITING, en_duda=False)


def _works(reply: Reply) -> bool:
    """Whether the service answered, were it by a no of its own."""
    return isinstance(reply, Status) or (isinstance(reply, Fault) and of_fault(reply) is not Verdict.RETRY)


async def _by_status(resumen: StoredResumen, status: Status, deps: Deps, sending: Sending) -> End | Missing | Adrift:
    meaning = of_ticket(status.codigo)
    if meaning is Ticket.UNKNOWN:
        return await _unknown(resumen, deps, sending)
    await deps.extravios.heard(resumen)
    if meaning is Ticket.IN_PROCESS:
        return Later(WAITING, en_duda=False)
    if status.content is None:
        return await _without_receipt(resumen, status, deps)
    try:
        receipt = cdr.read(status.content)
    except CdrUnreadable as error:
        return Later(f"{WAITING}: la constancia aún no se puede leer ({error})", en_duda=False)
    if not is_about(receipt, resumen):
        return Later(f"{WAITING}: la constancia del ticket es de otro ({receipt.referencia})", en_duda=False)
    return _by_receipt(resumen, receipt, status.content)


async def _unknown(resumen: StoredResumen, deps: Deps, sending: Sending) -> Later | Adrift:
    """SUNAT does not know the ticket that it gave: often only for a while (0127), so it is asked on for long."""
    now = sending.now()
    since = await deps.extravios.silent_since(resumen, now)
    if now - since > sending.terms.ticket_lost:
        return Adrift(f"SUNAT no conoce el ticket {resumen.ticket} que dio: se envía de nuevo con el mismo nombre")
    return Later("SUNAT todavía no conoce el ticket que dio (0127)", en_duda=False)


async def _without_receipt(resumen: StoredResumen, status: Status, deps: Deps) -> Decided | Later:
    if await deps.extravios.mute(resumen) < _MUTE_ASKINGS:
        return Later(f"{WAITING}: el ticket terminó ({status.codigo}) y su constancia aún no llega", en_duda=False)
    if of_ticket(status.codigo) is Ticket.DONE:
        return Decided(Result(ACEPTADO, "0", f"{status.mensaje or 'Procesado'} (SUNAT no entregó la constancia)"))
    said = status.mensaje or "Procesado con errores"
    return Decided(Result(RECHAZADO, f"{status.codigo:04d}", f"{said} (SUNAT no entregó la constancia)"))


def is_about(receipt: Cdr, resumen: StoredResumen) -> bool:
    """Whether a receipt is this summary's: by its identifier, with or without leading zeros, in either case."""
    head, _, number = receipt.referencia.upper().rpartition("-")
    own, _, _ = resumen.identificador.rpartition("-")
    return not receipt.referencia or (head == own and number.isdecimal() and int(number) == resumen.correlativo)


def _by_receipt(resumen: StoredResumen, receipt: Cdr, content: bytes) -> Decided | Held | Missing | Adrift:
    said = f"{receipt.codigo:04d} - {receipt.mensaje}"
    sent_twice = int(resumen.envio.get("intentos", 0)) > 1
    match of_cdr(receipt):
        case Verdict.ACCEPTED | Verdict.OBSERVED:
            result = Result(ACEPTADO, str(receipt.codigo), receipt.mensaje, receipt.observaciones)
            return Decided(result, content)
        case Verdict.RETRY:
            return Adrift(f"SUNAT no pudo procesarlo ({said}): se envía de nuevo con el mismo nombre")
        case Verdict.STOP:
            return Held(said, en_duda=False, parado=True)
        case _ if sent_twice and receipt.codigo in ON_BOOKS:
            return Missing(said, en_duda=True)
        case _:
            return Decided(Result(RECHAZADO, f"{receipt.codigo:04d}", receipt.mensaje, receipt.observaciones), content)
