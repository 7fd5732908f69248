"""Import of a business's history: signed XMLs and SUNAT's receipts (CDR) out of the system that it used before."""

from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.message import Call, Contract
from shared.contracts.sunat.emisores import Endpoint
from shared.contracts.sunat.values import Company, Content, EstadoSunat, TipoComprobante

LARGEST_ZIP = 8 * 1024 * 1024
"""Bytes of a zip over HTTP; larger histories go through the command `sunat-emitter import`."""
MOST_FILES = 1_000
"""XMLs and CDRs in a zip over HTTP."""

ResultadoImportacion = Literal["IMPORTADO", "ACTUALIZADO", "YA_ESTABA", "NO_IMPORTADO"]


class ArchivoImportado(Contract):
    """What became of one document's files."""

    archivo: str
    """The XML's name within the zip or folder; the CDR's where it came alone."""
    documento: str | None = None
    """`RUC-TT-SERIE-NUM`, or a summary's name; None where the file could not be read so far."""
    resultado: ResultadoImportacion
    estado_sunat: EstadoSunat | None = None
    """As it stands now; PENDIENTE where no receipt came and SUNAT was not asked yet."""
    motivo: str | None = None
    """Why it was not imported, and what can be done about it."""
    advertencias: tuple[str, ...] = ()


class SerieContinuada(Contract):
    """A series that goes on after the highest number that was imported."""

    tipo_comprobante: TipoComprobante
    serie: str
    creada: bool
    correlativo_anterior: int
    """The last number used as it stood before; 0 where the series is new."""
    correlativo_actual: int
    """The last number used now; never lower than before."""
    proximo_numero: str


class ImportacionShown(Contract):
    """What an import came to. Importing the same again changes nothing."""

    importados: int
    actualizados: int
    """Imported before without a receipt, or for the other SUNAT environment, and completed now."""
    ya_estaban: int
    no_importados: int
    archivos: tuple[ArchivoImportado, ...]
    series: tuple[SerieContinuada, ...]


class ImportHistory(Call[ImportacionShown]):
    """Take over the documents in a zip. What cannot be taken is told file by file and stops nothing else.

    Refused with `IMPORTACION_INVALIDA` (no zip, nothing in it, too much in it), `EMISOR_NO_CONFIGURADO`.
    """

    NAME: ClassVar[str] = "sunat.import-history.v1"
    ANSWER: ClassVar[type[Contract]] = ImportacionShown

    request_id: str = Field(max_length=64)
    company: Company
    contenido: Content = Field(repr=False)
    ambiente: Endpoint | None = None
    """Which SUNAT had them; the issuer's own environment where absent."""
