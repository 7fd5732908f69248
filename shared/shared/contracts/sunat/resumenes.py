"""Daily summaries (RC) and voidings (RA, or an RC's lines): made, read, listed."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from shared.contracts.message import Call, Contract, Origin, RequestId
from shared.contracts.sunat.emision import Serie
from shared.contracts.sunat.values import Company, Importe, ImporteInput, Numero, TipoComprobante

Clase = Literal["RC", "RA"]
"""Resumen diario, comunicación de baja."""
EstadoResumen = Literal["PENDIENTE", "ACEPTADO", "RECHAZADO"]
Condicion = Literal[1, 2, 3]
"""Of an RC's line: add, modify, void (catalog 19)."""
MAX_COMPROBANTES = 5_000
"""In one request; one RC or RA takes 500."""

_CONDICIONES: dict[str, Condicion] = {
    **dict.fromkeys(("1", "ADICIONAR", "ACEPTADO", "PENDIENTE"), 1),
    **dict.fromkeys(("2", "MODIFICAR", "MODIFICADO"), 2),
    **dict.fromkeys(("3", "ANULAR", "ANULADO"), 3),
}
"""What the API's `estado` of a line means: how the seller holds the boleta, or what is to be done."""


def _condicion(value: object) -> object:
    known = value if value is not None else 1
    return _CONDICIONES.get(str(known).strip().upper(), known)


class LineaInput(Contract):
    """A comprobante of a summary as the client knows it; what is sent to SUNAT are the figures that were issued."""

    id: Numero | None = None
    serie: Serie
    numero: int = Field(ge=1, le=99_999_999)
    tipo: Literal["03", "07", "08"] = "03"
    cliente_tipo_doc: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2)] | None = None
    cliente_num_doc: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)] | None = None
    moneda: Annotated[str, StringConstraints(strip_whitespace=True, max_length=3)] | None = None
    total: ImporteInput | None = None
    igv: ImporteInput | None = None
    estado: Annotated[Condicion, BeforeValidator(_condicion)] = 1
    """`ACEPTADO`, `PENDIENTE` or none: add; `MODIFICADO`: modify; `ANULADO`: void."""
    motivo: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""
    """Of a voiding; kept, SUNAT asks for none in an RC."""


class ResumenInput(Contract):
    """What is to be summarised."""

    fecha: date
    """When the comprobantes were issued; one day, by the clock of Lima."""
    comprobantes: tuple[LineaInput, ...] = Field(default=(), max_length=MAX_COMPROBANTES)
    """All that are pending of that day, where there are none."""


class BajaLineInput(Contract):
    """A comprobante that is to be void."""

    tipo: TipoComprobante
    serie: Serie
    numero: int = Field(ge=1, le=99_999_999)
    motivo: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=100)]


class BajaInput(Contract):
    """What is to be void: facturas and boletas, of any days, in one body."""

    comprobantes: tuple[BajaLineInput, ...] = Field(min_length=1, max_length=MAX_COMPROBANTES)
    fecha_baja: date | None = None
    """Today, by the clock of Lima; another day is told and today is taken."""


class LineaShown(Contract):
    """A comprobante in an RC or RA."""

    tipo: TipoComprobante
    serie: str
    numero: int
    condicion: Condicion | None
    """None in an RA."""
    motivo: str | None
    moneda: str
    total: Importe
    igv: Importe


class ResumenShown(Contract):
    """An RC or RA as it stands."""

    nombre_archivo: str
    id: int
    clase: Clase
    identificador: str
    fecha_referencia: date
    fecha_generacion: date
    """Both by the clock of Lima."""
    ticket: str | None
    cantidad_comprobantes: int
    totales: dict[str, Importe]
    """Sum of the comprobantes' totals by currency; empty for an imported RA, whose XML has no figures."""
    estado: EstadoResumen
    motivo_pendiente: str | None = None
    """Why SUNAT has not taken or decided it yet; None where nothing is wrong."""
    fuera_de_plazo: str | None = None
    """What can still be done where its legal time ended before SUNAT took it; else None."""
    codigo_sunat: str | None
    mensaje_sunat: str | None
    observaciones: tuple[str, ...] = ()
    fecha_envio: datetime | None
    fecha_procesamiento: datetime | None
    firmado: bool
    """Its XML is there."""
    tiene_cdr: bool
    lineas: tuple[LineaShown, ...] = ()
    """Not in lists."""


class ResumenesShown(Contract):
    """What a request made, or a part of it with those that it was made with: one issue date and 500 lines in each."""

    partes: tuple[ResumenShown, ...] = Field(min_length=1)
    advertencias: tuple[str, ...] = ()
    """What the client sent and what was issued, where they differ."""


class CreateResumen(Call[ResumenesShown]):
    """Put comprobantes into RCs and have them sent; with a key that was used before, what was made then.

    Refused with `RESUMEN_INVALIDO` (each comprobante and why, in `errores`), `SIN_COMPROBANTES`, `FECHA_INVALIDA`,
    `CLAVE_REUTILIZADA`, `EMISOR_NO_CONFIGURADO`, `EMISOR_INCOMPLETO`, `CERTIFICADO_VENCIDO`.
    """

    NAME: ClassVar[str] = "sunat.create-resumen.v1"
    ANSWER: ClassVar[type[Contract]] = ResumenesShown

    request_id: RequestId
    origin: Origin
    company: Company
    resumen: ResumenInput
    clave: str | None = Field(default=None, max_length=64)
    """A digest of the client's Idempotency-Key."""


class CreateBaja(Call[ResumenesShown]):
    """Have comprobantes voided: facturas and their notes by RAs, boletas and theirs by RCs.

    Refused with `BAJA_INVALIDA` (each comprobante and why, in `errores`), and as CreateResumen.
    """

    NAME: ClassVar[str] = "sunat.create-baja.v1"
    ANSWER: ClassVar[type[Contract]] = ResumenesShown

    request_id: RequestId
    origin: Origin
    company: Company
    baja: BajaInput
    clave: str | None = Field(default=None, max_length=64)
    """A digest of the client's Idempotency-Key."""


class ReadResumen(Call[ResumenesShown]):
    """One RC first, then those that were made with it. Refused with `RESUMEN_NO_ENCONTRADO`."""

    NAME: ClassVar[str] = "sunat.read-resumen.v1"
    ANSWER: ClassVar[type[Contract]] = ResumenesShown

    company: Company
    ticket: str = Field(max_length=64)
    """SUNAT's ticket, or the identifier `RC-20251013-001`."""


class ReadBaja(Call[ResumenesShown]):
    """One RA, or RC of a voiding, first, then those that were made with it. Refused with `BAJA_NO_ENCONTRADA`."""

    NAME: ClassVar[str] = "sunat.read-baja.v1"
    ANSWER: ClassVar[type[Contract]] = ResumenesShown

    company: Company
    ticket: str = Field(max_length=64)
    """SUNAT's ticket, or the identifier `RA-20251013-001`."""


class ResumenesPage(Contract):
    """Answer of ListResumenes and ListBajas."""

    resumenes: tuple[ResumenShown, ...]
    total: int


class ResumenesFilter(Contract):
    """What a list is narrowed to, newest first."""

    company: Company
    page: int = Field(default=1, ge=1, le=1_000_000)
    per_page: int = Field(default=20, ge=1, le=100)
    fecha_desde: date | None = None
    fecha_hasta: date | None = None
    """Both inclusive: issue days of a summary's comprobantes, days on which a voiding was made."""
    estado: EstadoResumen | None = None


class ListResumenes(Call[ResumenesPage], ResumenesFilter):
    """RCs."""

    NAME: ClassVar[str] = "sunat.list-resumenes.v1"
    ANSWER: ClassVar[type[Contract]] = ResumenesPage


class ListBajas(Call[ResumenesPage], ResumenesFilter):
    """RAs, and RCs that were made to void."""

    NAME: ClassVar[str] = "sunat.list-bajas.v1"
    ANSWER: ClassVar[type[Contract]] = ResumenesPage
