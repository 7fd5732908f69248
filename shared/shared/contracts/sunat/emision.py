"""Comprobantes: issued out of sales and as notes, read, listed, and their files."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from shared.contracts.message import Call, Contract, Origin, RequestId
from shared.contracts.sunat.comprobantes import ComprobanteShown
from shared.contracts.sunat.values import (
    Codigo2,
    Company,
    Content,
    ImporteInput,
    Texto,
    ValorInput,
)
from shared.contracts.sunat.ventas import MAX_ITEMS, ItemInput

Serie = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z0-9]{4}$")]


class CuotaInput(Contract):
    """One instalment."""

    monto: ImporteInput
    fecha_vencimiento: date


class DetraccionInput(Contract):
    """The customer's deposit at Banco de la Nación (SPOT)."""

    codigo: Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
    """Catalog 54."""
    porcentaje: Annotated[ImporteInput, Field(gt=0, le=100)]
    cuenta: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=30)]
    """The issuer's account."""
    medio_pago: Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")] = "001"
    """Catalog 59."""
    tipo_cambio: ValorInput | None = None
    """Soles for one unit of the sale's currency; needed where that is not PEN."""


class FacturarInput(Contract):
    """How a sale becomes a comprobante."""

    tipo_comprobante: Literal["01", "03"]
    serie: Serie | None = None
    """An active one where absent; the first of its type is made where there is none."""
    metodo_pago: Annotated[Texto, StringConstraints(strip_whitespace=True, max_length=50)] = ""
    observaciones: Annotated[Texto, StringConstraints(strip_whitespace=True, max_length=1000)] = ""
    fecha_vencimiento: date | None = None
    """Of a factura on credit; alone it makes one instalment."""
    cuotas: tuple[CuotaInput, ...] = Field(default=(), max_length=60)
    detraccion: DetraccionInput | None = None
    orden_compra: Annotated[Texto, StringConstraints(strip_whitespace=True, max_length=20)] = ""
    guias: tuple[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30)], ...] = Field(
        default=(), max_length=99
    )


class IssueComprobante(Call[ComprobanteShown]):
    """Give a sale its comprobante; a sale that has one answers with it.

    Refused with `VENTA_NO_ENCONTRADA`, `VENTA_ANULADA`, `VENTA_FACTURADA` (another type was asked for),
    `CLIENTE_INVALIDO`, `COMPROBANTE_INVALIDO` (with SUNAT's code), `SERIE_INVALIDA`, `SERIE_INACTIVA`, `SERIE_AGOTADA`,
    `EMISOR_NO_CONFIGURADO`, `EMISOR_INCOMPLETO`, `CERTIFICADO_VENCIDO`.
    """

    NAME: ClassVar[str] = "sunat.issue-comprobante.v1"
    ANSWER: ClassVar[type[Contract]] = ComprobanteShown

    request_id: RequestId
    origin: Origin
    company: Company
    venta_id: int
    datos: FacturarInput


class ReferenciaInput(Contract):
    """The comprobante that a note changes."""

    tipo: Literal["01", "03"]
    serie: Serie
    numero: int = Field(ge=1, le=99_999_999)


class NotaLines(Contract):
    """What every note says besides its kind and motive. Its figures are those of its own lines."""

    comprobante_referencia: ReferenciaInput
    motivo: Annotated[Texto, StringConstraints(strip_whitespace=True, max_length=250)] = ""
    """The catalogue's words where absent."""
    descripcion: Annotated[Texto, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    items: tuple[ItemInput, ...] = Field(min_length=1, max_length=MAX_ITEMS)
    descuento_global: ImporteInput = Decimal(0)
    """Without IGV; as on a sale whose discount goes back with its lines."""
    serie: Serie | None = None
    observaciones: Annotated[Texto, StringConstraints(strip_whitespace=True, max_length=1000)] = ""
    cuotas: tuple[CuotaInput, ...] = Field(default=(), max_length=60)
    """Of motive 13: the instalments as they are to be."""


class NotaInput(NotaLines):
    """A note."""

    tipo: Literal["07", "08"]
    tipo_nota: Codigo2
    """Catalog 09 for `07`, catalog 10 for `08`."""


class IssueNota(Call[ComprobanteShown]):
    """Issue a note; with a key that was used before, the note that was issued then.

    Refused as IssueComprobante is, and with `COMPROBANTE_NO_ENCONTRADO`, `COMPROBANTE_NO_ACEPTADO`,
    `NOTA_EXCEDE_COMPROBANTE`, `MOTIVO_INVALIDO`, `CLAVE_REUTILIZADA`.
    """

    NAME: ClassVar[str] = "sunat.issue-nota.v1"
    ANSWER: ClassVar[type[Contract]] = ComprobanteShown

    request_id: RequestId
    origin: Origin
    company: Company
    nota: NotaInput
    clave: str | None = Field(default=None, max_length=64)
    """A digest of the client's Idempotency-Key."""


class ReadComprobante(Call[ComprobanteShown]):
    """One comprobante by its name. Refused with `COMPROBANTE_NO_ENCONTRADO`."""

    NAME: ClassVar[str] = "sunat.read-comprobante.v1"
    ANSWER: ClassVar[type[Contract]] = ComprobanteShown

    company: Company
    nombre_archivo: str = Field(max_length=64)


class ReadNota(Call[ComprobanteShown]):
    """One note by its id. Refused with `NOTA_NO_ENCONTRADA`."""

    NAME: ClassVar[str] = "sunat.read-nota.v1"
    ANSWER: ClassVar[type[Contract]] = ComprobanteShown

    company: Company
    tipo: Literal["07", "08"]
    id: int


class ComprobantesPage(Contract):
    """Answer of ListNotas."""

    comprobantes: tuple[ComprobanteShown, ...]
    total: int


class ListNotas(Call[ComprobantesPage]):
    """Notes of a type, newest first."""

    NAME: ClassVar[str] = "sunat.list-notas.v1"
    ANSWER: ClassVar[type[Contract]] = ComprobantesPage

    company: Company
    tipo: Literal["07", "08"]
    page: int = Field(default=1, ge=1, le=1_000_000)
    per_page: int = Field(default=20, ge=1, le=100)
    fecha_desde: date | None = None
    fecha_hasta: date | None = None
    """Both inclusive, by date of issue."""
    serie: str | None = Field(default=None, max_length=4)
    comprobante_referencia: str | None = Field(default=None, max_length=20)
    """`F001-88`."""


class Archivo(Contract):
    """A file as it is kept, or the QR code that is drawn of what is kept."""

    contenido: Content
    media_type: str


class ReadArchivo(Call[Archivo]):
    """A signed XML, a CDR, or a QR code. Refused with `ARCHIVO_NO_ENCONTRADO`."""

    NAME: ClassVar[str] = "sunat.read-archivo.v1"
    ANSWER: ClassVar[type[Contract]] = Archivo

    company: Company | None
    """None where a signed URL vouches for the right to read."""
    clase: Literal["xml", "cdr", "qr"]
    nombre: str = Field(max_length=80)
    """The file's name."""
