"""Asks SUNAT what became of a comprobante that it may have already, instead of sending it blindly again."""

from sunat_emitter import cdr
from sunat_emitter.cdr import Cdr, CdrUnreadable
from sunat_emitter.cuentas import Cuenta
from sunat_emitter.envelope import Fault, Reply, Status
from sunat_emitter.soap import Consulta
from sunat_emitter.steps import Decided, Held, Later, Lost, Sending
from sunat_emitter.store.envios import ACEPTADO, RECHAZADO, Envio, Result
from sunat_emitter.verdict import (
    Consulted,
    Verdict,
    of_cdr,
    of_cdr_consult,
    of_fault,
    of_state_consult,
)

Absent = None
"""SUNAT does not have it, or there is nobody to ask: sending is what is left."""

_UNDECIDED = "SUNAT pudo haber recibido el comprobante y su consulta aún no responde"
_ESTADOS = {Verdict.ACCEPTED: ACEPTADO, Verdict.OBSERVED: ACEPTADO, Verdict.REJECTED: RECHAZADO}
_OF_DUPLICATE = {1033: ACEPTADO, 1032: RECHAZADO}
"""By SUNAT's rule sheets: 1033 where its list has the number as accepted, 1032 as rejected or voided."""


def can_be_asked(envio: Envio, cuenta: Cuenta) -> bool:
    """The consult exists in production only, for series that begin with F."""
    return cuenta.servicios.consult is not None and envio.serie.startswith("F")


def decided_by(receipt: Cdr, content: bytes) -> Decided | None:
    """The end that a receipt brings; None where its code decides nothing."""
    estado = _ESTADOS.get(of_cdr(receipt))
    if estado is None:
        return None
    return Decided(Result(estado, str(receipt.codigo), receipt.mensaje, receipt.observaciones), content)


def is_about(receipt: Cdr, envio: Envio) -> bool:
    """Whether a receipt is this comprobante's: by its number, written with or without leading zeros."""
    serie, _, numero = receipt.referencia.rpartition("-")
    return not receipt.referencia or (serie == envio.serie and numero.isdecimal() and int(numero) == envio.numero)


async def find_out(envio: Envio, cuenta: Cuenta, sending: Sending) -> Decided | Later | Held | Lost | None:
    """What became of a comprobante that SUNAT may have; `Absent` where it may be sent."""
    if not can_be_asked(envio, cuenta):
        return Absent
    reply = await _ask(envio, cuenta, sending, state=False)
    if not isinstance(reply, Status):
        return reply
    match of_cdr_consult(reply.codigo, with_content=reply.content is not None):
        case Consulted.CDR if reply.content is not None:
            return by_receipt(envio, reply.content)
        case Consulted.ABSENT:
            return Absent
        case _:
            return Later(f"{_UNDECIDED} ({reply.codigo:04d} {reply.mensaje})".strip(), en_duda=True)


async def settle_duplicate(
    envio: Envio, cuenta: Cuenta, fault: Fault, sending: Sending
) -> Decided | Later | Held | Lost:
    """The end of a comprobante that was in doubt and that SUNAT, when sent again, says to have."""
    said = f"{fault.codigo:04d} - {fault.mensaje}"
    if not can_be_asked(envio, cuenta):
        estado = _OF_DUPLICATE.get(fault.codigo or 0)
        if estado is None:
            return Held(f"SUNAT ya lo tiene y no hay cómo consultar su constancia: {said}", en_duda=True)
        return Decided(Result(estado, f"{fault.codigo:04d}", fault.mensaje))
    found = await find_out(envio, cuenta, sending)
    if found is not Absent:
        return found
    reply = await _ask(envio, cuenta, sending, state=True)
    if not isinstance(reply, Status):
        return reply
    match of_state_consult(reply.codigo):
        case Consulted.ACCEPTED:
            return Decided(Result(ACEPTADO, f"{reply.codigo:04d}", reply.mensaje))
        case Consulted.REJECTED:
            return Decided(Result(RECHAZADO, f"{reply.codigo:04d}", reply.mensaje))
        case Consulted.VOIDED:
            return Held(f"SUNAT lo tiene dado de baja: {reply.mensaje}", en_duda=True)
        case _:
            return Later(f"SUNAT dice que ya lo tiene y que no lo encuentra: {said}", en_duda=True)


def by_receipt(envio: Envio, content: bytes) -> Decided | Later | Held:
    """What a receipt that SUNAT gave for this comprobante's number decides."""
    try:
        receipt = cdr.read(content)
    except CdrUnreadable as error:
        return Later(f"{_UNDECIDED} (constancia ilegible: {error})", en_duda=True)
    if not is_about(receipt, envio) or not _same_customer(receipt, envio):
        return Held("La constancia que SUNAT tiene con este número es de otro comprobante", en_duda=True)
    return decided_by(receipt, content) or Later(f"{_UNDECIDED} ({receipt.codigo:04d})", en_duda=True)


def _same_customer(receipt: Cdr, envio: Envio) -> bool:
    _, _, number = receipt.receptor.partition("-")
    return number in {"", "-", envio.receptor} or envio.receptor in {"", "-"}


async def _ask(envio: Envio, cuenta: Cuenta, sending: Sending, *, state: bool) -> Status | Later | Held | Lost:
    """One question to the consult service; whatever is no `Status` puts the comprobante off."""
    url = cuenta.servicios.consult
    if url is None:
        return Later(_UNDECIDED, en_duda=True)
    breaker = sending.breakers.of(url)
    if wait := breaker.wait():
        return Later(_UNDECIDED, en_duda=True, after=wait)
    if not await sending.envios.renew(envio, sending.lease_end()):
        return Lost()
    consulta = Consulta(envio.ruc, envio.tipo, envio.serie, envio.numero)
    ask = sending.client.consult_status if state else sending.client.get_status_cdr
    answer = await sending.audited(envio, ask(url, cuenta.sol, consulta))
    breaker.told(works=_works(answer.reply))
    match answer.reply:
        case Status() as status:
            return status
        case Fault() as fault if of_fault(fault) is Verdict.STOP:
            return Held(f"{fault.codigo:04d} - {fault.mensaje}", en_duda=True, parado=True)
        case _:
            return Later(_UNDECIDED, en_duda=True)


def _works(reply: Reply) -> bool:
    """Whether the service answered, were it by a no of its own."""
    return isinstance(reply, Status) or (isinstance(reply, Fault) and of_fault(reply) is not Verdict.RETRY)
