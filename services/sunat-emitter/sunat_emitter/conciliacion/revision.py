"""Looks at one file: asks SUNAT, judges, and puts right what can be put right."""

from dataclasses import dataclass
from uuid import uuid4

from shared.contracts.sunat.conciliacion import PartidaShown, Resultado
from sunat_emitter import cdr
from sunat_emitter.cdr import CdrUnreadable
from sunat_emitter.conciliacion.consulta import Consultor
from sunat_emitter.conciliacion.cotejo import ACEPTADO, ANULADO, PENDIENTE, Arreglo, Juicio, judge
from sunat_emitter.cuentas import Cuenta
from sunat_emitter.duda import by_receipt
from sunat_emitter.soap import Consulta
from sunat_emitter.steps import Decided, Later, Sending
from sunat_emitter.store.envios import Result
from sunat_emitter.store.resumenes import Resumenes
from sunat_emitter.store.revisables import Revisable, Revisables
from sunat_emitter.verdict import Consulted, Ticket, of_cdr_consult, of_state_consult, of_ticket

_BOLETAS, _BETA, _OTRO_AMBIENTE, _SIN_TICKET = "boletas", "beta", "otro_ambiente", "sin_ticket"
"""Why SUNAT cannot be asked: its consult has series that begin with F alone, and in production alone; the file was
issued for another environment; an RC or RA has no ticket."""
_VOIDED_ELSEWHERE = "Dado de baja en SUNAT por otra vía"
_NO_RECEIPT = (
    "SUNAT lo tiene igual, pero no entrega una constancia (CDR) que se pueda leer."
    " Se vuelve a pedir en la próxima conciliación."
)


@dataclass(frozen=True)
class Igual:
    """Nothing to tell: it is as SUNAT says."""


@dataclass(frozen=True)
class Inconsultable:
    """SUNAT cannot be asked about it."""

    por: str


@dataclass(frozen=True)
class Hallazgo:
    """Something to tell; `arreglo` is what is to be done here, `cdr` a receipt that was missing."""

    resultado: Resultado
    estado: str
    detalle: str
    codigo: str | None = None
    arreglo: Arreglo = Arreglo.NADA
    result: Result | None = None
    cdr: bytes | None = None


Vista = Igual | Inconsultable | Hallazgo


@dataclass(frozen=True)
class Revision:
    """With what files of one issuer are looked at."""

    consultor: Consultor
    cuenta: Cuenta
    sending: Sending
    files: Revisables
    resumenes: Resumenes

    async def look(self, file: Revisable) -> Vista:
        """What SUNAT says of a file, and what that means. Changes nothing. Raises Callado, Negado."""
        if file.ambiente not in {None, self.cuenta.ambiente}:
            return Inconsultable(_OTRO_AMBIENTE)
        if file.tipo in {"RC", "RA"}:
            return await self._ticket(file)
        if not file.serie.startswith("F"):
            return Inconsultable(_BOLETAS)
        if self.cuenta.servicios.consult is None:
            return Inconsultable(_BETA)
        consulta = Consulta(file.nombre_archivo.split("-")[0], file.tipo, file.serie, file.numero)
        status = await self.consultor.state(file.nombre_archivo, file.company, consulta)
        there = of_state_consult(status.codigo)
        codigo, said = f"{status.codigo:04d}", f"{status.codigo:04d} - {status.mensaje}"
        if there is Consulted.UNANSWERED:
            return Hallazgo("SIN_RESPUESTA", file.estado, f"SUNAT no dice cómo está: {said}", codigo)
        juicio = judge(file.estado, there, en_duda=file.en_duda, en_baja=file.resumen is not None)
        if juicio.arreglo is Arreglo.DIFERENCIA:
            return Hallazgo("DIFERENCIA", file.estado, f"{juicio.detalle} SUNAT: {said}", codigo)
        receipt = await self._receipt(file, consulta) if juicio.con_cdr and not file.tiene_cdr else None
        return self._found(file, juicio, receipt, Result(juicio.estado, codigo, status.mensaje))

    async def _receipt(self, file: Revisable, consulta: Consulta) -> bytes | None:
        status = await self.consultor.receipt(file.nombre_archivo, file.company, consulta)
        found = of_cdr_consult(status.codigo, with_content=status.content is not None)
        return status.content if found is Consulted.CDR else None

    def _found(self, file: Revisable, juicio: Juicio, receipt: bytes | None, state: Result) -> Vista:
        """What the table says, with the receipt where one was missing and has come."""
        decided = by_receipt(file.envio, receipt) if receipt is not None else None
        if isinstance(decided, Later):  # it cannot be read: as good as none
            decided, receipt = None, None
        wanted = ACEPTADO if juicio.estado == ANULADO else juicio.estado
        if decided is not None and not (isinstance(decided, Decided) and decided.result.estado == wanted):
            detalle = f"La constancia que SUNAT tiene con este número no es la de este comprobante ({wanted.lower()})."
            return Hallazgo("DIFERENCIA", file.estado, detalle, state.codigo)
        result = decided.result if isinstance(decided, Decided) else state
        match juicio.arreglo:
            case Arreglo.CONCLUIR | Arreglo.ANULAR:
                detalle = f"{juicio.detalle} SUNAT: {result.codigo} - {result.mensaje}"
                return Hallazgo("CORREGIDO", juicio.estado, detalle, result.codigo, juicio.arreglo, result, receipt)
            case _ if receipt is not None:
                detalle = f"Se recuperó la constancia (CDR): {result.codigo} - {result.mensaje}"
                return Hallazgo("CDR_RECUPERADO", file.estado, detalle, result.codigo, result=result, cdr=receipt)
            case _ if juicio.con_cdr and not file.tiene_cdr:
                return Hallazgo("SIN_RESPUESTA", file.estado, _NO_RECEIPT, state.codigo)
        return Igual()

    async def _ticket(self, file: Revisable) -> Vista:
        """An RC or RA: its ticket tells how it ended, and has its receipt."""
        if file.ticket is None:
            return Inconsultable(_SIN_TICKET) if file.estado == PENDIENTE else Igual()
        if file.estado != PENDIENTE and file.tiene_cdr:
            return Igual()
        status = await self.consultor.ticket(file.nombre_archivo, file.company, file.ticket)
        codigo, standing = f"{status.codigo:04d}", of_ticket(status.codigo)
        if standing is Ticket.IN_PROCESS and file.estado == PENDIENTE:
            return Igual()
        if standing not in {Ticket.DONE, Ticket.FAILED} or status.content is None:
            said = f"SUNAT no entrega el resultado del ticket {file.ticket}: {codigo} {status.mensaje}".strip()
            return Hallazgo("SIN_RESPUESTA", file.estado, said, codigo)
        if file.estado == PENDIENTE:
            said = f"SUNAT ya resolvió el ticket {file.ticket}: se vuelve a consultar para aplicar el resultado."
            return Hallazgo("CORREGIDO", PENDIENTE, said, codigo, Arreglo.CONCLUIR)
        return _summary_receipt(file, status.content, codigo)

    async def mend(self, file: Revisable, found: Hallazgo) -> bool:
        """Carry out what was found; False where somebody else was quicker, and it is as they left it."""
        now, name = self.sending.now(), file.nombre_archivo
        if found.cdr is not None:
            kept_until = now + self.sending.terms.kept
            await self.sending.archivos.keep(f"R-{name}.zip", found.cdr, company=file.company, kept_until=kept_until)
            if found.resultado == "CDR_RECUPERADO" and found.result is not None and file.estado != ANULADO:
                await self.files.by_receipt(name, found.result)
        if found.arreglo is Arreglo.ANULAR:
            return await self.files.void(name, _VOIDED_ELSEWHERE, now)
        if found.arreglo is not Arreglo.CONCLUIR:
            return True
        if found.result is None:
            return await self.resumenes.send_again([name], now) == 1
        return await self._conclude(name, found.result)

    async def _conclude(self, name: str, result: Result) -> bool:
        envios, now = self.sending.envios, self.sending.now()
        envio = await envios.claim(name, uuid4().hex, now, self.sending.lease_end())
        return envio is not None and await envios.conclude(envio, result, now) is not None


def _summary_receipt(file: Revisable, content: bytes, codigo: str) -> Hallazgo:
    try:
        receipt = cdr.read(content)
    except CdrUnreadable as error:
        return Hallazgo("SIN_RESPUESTA", file.estado, f"La constancia (CDR) es ilegible: {error}", codigo)
    if receipt.referencia not in {"", file.identificador}:
        said = f"La constancia que SUNAT da para el ticket {file.ticket} es de {receipt.referencia}."
        return Hallazgo("DIFERENCIA", file.estado, said, codigo)
    said = f"Se recuperó la constancia (CDR): {receipt.codigo} - {receipt.mensaje}"
    return Hallazgo("CDR_RECUPERADO", file.estado, said, str(receipt.codigo), cdr=content)


def partida(file: Revisable, found: Hallazgo, revision: Revision) -> PartidaShown:
    """What is kept of it."""
    return PartidaShown(
        nombre_archivo=file.nombre_archivo,
        resultado=found.resultado,
        estado_antes=file.estado,
        estado_despues=found.estado,
        codigo_sunat=found.codigo,
        detalle=found.detalle,
        fecha=revision.sending.now(),
    )
