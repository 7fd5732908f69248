"""The report of an issuer's month: what was issued, how it stands with SUNAT, sums per tax, numbers accounted for."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from shared.contracts.message import Call, Contract
from shared.contracts.sunat.values import Company, Content, Importe, TipoComprobante

Mes = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
"""`2026-11`: comprobantes by their day of issue in Lima."""

MotivoSalto = Literal["INICIO", "RESERVADO", "OTRA_CUENTA", "PRUEBA", "FALTANTE"]
"""Why a number has no comprobante here: the series began later, it was reserved through the API, another account of
this RUC used it, it was used in SUNAT's test system, or nothing is known of it."""


class Conteo(Contract):
    """How many comprobantes, and how they stand."""

    emitidos: int
    aceptados: int
    """With and without observations."""
    observados: int
    """Of the accepted."""
    rechazados: int
    anulados: int
    pendientes: int
    fuera_de_plazo: int
    """Of the pending: their legal time for sending is over."""


class Importes(Contract):
    """Sums, each exact to the cent; credit notes are taken off."""

    gravado: Importe
    exonerado: Importe
    inafecto: Importe
    exportacion: Importe
    gratuito: Importe
    """Reference values of what was given away; in no total."""
    ivap_base: Importe
    igv: Importe
    ivap: Importe
    isc: Importe
    icbper: Importe
    otros_tributos: Importe
    otros_cargos: Importe
    descuentos: Importe
    """Of lines and of whole documents; the bases are after them."""
    total: Importe


class TotalMoneda(Contract):
    """What comprobantes of a currency come to."""

    moneda: str
    situacion: Literal["aceptado", "pendiente", "anulado", "rechazado"]
    """Only what is accepted counts for taxes."""
    documentos: int
    importes: Importes


class TotalSerie(Contract):
    """A series' month in one currency; the sums are of what is accepted."""

    tipo: TipoComprobante
    tipo_nombre: str
    serie: str
    moneda: str
    conteo: Conteo
    importes: Importes


class Rango(Contract):
    """Numbers from and to, both inclusive."""

    desde: int
    hasta: int


class Salto(Rango):
    """Numbers without a comprobante, and why."""

    motivo: MotivoSalto
    detalle: str
    """For a person, in Spanish."""


class Numeracion(Contract):
    """A series' numbers of the month."""

    tipo: TipoComprobante
    serie: str
    primero: int
    ultimo: int
    rechazados: tuple[Rango, ...]
    """Spent: SUNAT rejected what bore them, and they are not used again."""
    anulados: tuple[Rango, ...]
    saltos: tuple[Salto, ...]
    omitidos: int = 0
    """Ranges beyond those that are shown."""
    completa: bool
    """No number is missing without a reason that is known."""


class Excepcion(Contract):
    """A comprobante that somebody should look at: pending, rejected, observed or voided."""

    numero_completo: str
    tipo: TipoComprobante
    fecha_emision: date
    moneda: str
    total: Importe
    estado: str
    codigo_sunat: str | None
    mensaje: str
    """SUNAT's words, or why it is pending."""


class ReporteMensual(Contract):
    """Answer of ReadReporte."""

    mes: Mes
    ruc: str
    razon_social: str
    ambiente: Literal["beta", "prod"]
    generado: datetime
    cerrado: bool
    """The month is over in Lima and nothing of it is pending."""
    conteo: Conteo
    totales: tuple[TotalMoneda, ...]
    series: tuple[TotalSerie, ...]
    numeracion: tuple[Numeracion, ...]
    excepciones: tuple[Excepcion, ...]
    excepciones_omitidas: int = 0
    """Beyond those that are shown; all are in the CSV."""


class ReadReporte(Call[ReporteMensual]):
    """The report of a month. Refused with `EMISOR_NO_CONFIGURADO`."""

    NAME: ClassVar[str] = "sunat.read-reporte.v1"
    ANSWER: ClassVar[type[Contract]] = ReporteMensual

    company: Company
    mes: Mes


class ReporteCsv(Contract):
    """Answer of ReadReporteCsv: some of the lines."""

    contenido: Content = Field(repr=False)
    siguiente: str | None
    """To be given for the lines after these; None where there are no more."""


class ReadReporteCsv(Call[ReporteCsv]):
    """A month's comprobantes as CSV, piece by piece, the first with the column names. Refused as ReadReporte is."""

    NAME: ClassVar[str] = "sunat.read-reporte-csv.v1"
    ANSWER: ClassVar[type[Contract]] = ReporteCsv

    company: Company
    mes: Mes
    despues: str | None = Field(default=None, max_length=64)


class ReportePdf(Contract):
    """Answer of ReadReportePdf."""

    contenido: Content = Field(repr=False)
    nombre: str


class ReadReportePdf(Call[ReportePdf]):
    """The report on A4 pages. Refused as ReadReporte is."""

    NAME: ClassVar[str] = "sunat.read-reporte-pdf.v1"
    ANSWER: ClassVar[type[Contract]] = ReportePdf

    company: Company
    mes: Mes
