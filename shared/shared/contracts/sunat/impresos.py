"""Printed forms of comprobantes, the logo on them, and their way to customers by e-mail."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from shared.contracts.message import Call, Contract, Event, Origin, RequestId
from shared.contracts.sunat.values import Company, Content, Texto

Formato = Literal["a4", "ticket"]
Clase = Literal["venta", "07", "08"]
"""Under what an id is known: a sale, or a note of this type (catalog 01)."""
EstadoCorreo = Literal["PENDIENTE", "ENVIADO", "FALLIDO"]

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = rf"^(?:{_ATOM})(?:\.{_ATOM})*@(?:{_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])$"
"""One plain address (RFC 5321): no display name, no comment, ASCII."""


class Impreso(Contract):
    """Which comprobante."""

    clase: Clase
    id: int = Field(ge=0)
    """Of the sale or the note."""
    nombre_archivo: str | None = Field(default=None, max_length=64)
    """Instead of the id: the comprobante that a signed link was made for."""


class Pdf(Contract):
    """A printed form."""

    contenido: Content = Field(repr=False)
    nombre: str
    """`F001-88.pdf`."""


class ReadPdf(Call[Pdf]):
    """The printed form of a comprobante.

    Refused with `VENTA_NO_ENCONTRADA`, `NOTA_NO_ENCONTRADA`, `COMPROBANTE_NO_ENCONTRADO` (the sale has none).
    """

    NAME: ClassVar[str] = "sunat.read-pdf.v1"
    ANSWER: ClassVar[type[Contract]] = Pdf

    company: Company | None
    """None where a signed link vouches for the right to read; then it names the file."""
    impreso: Impreso
    formato: Formato = "a4"


class LogoShown(Contract):
    """The logo that stands on printed forms; null where there is none."""

    tipo: Literal["image/png", "image/jpeg", "image/svg+xml"] | None
    bytes: int


class WriteLogo(Call[LogoShown]):
    """Take the issuer's logo. Refused with `LOGO_INVALIDO`, `EMISOR_NO_CONFIGURADO`."""

    NAME: ClassVar[str] = "sunat.write-logo.v1"
    ANSWER: ClassVar[type[Contract]] = LogoShown

    company: Company
    contenido: Content = Field(repr=False)


class DeleteLogo(Call[LogoShown]):
    """Print without a logo; harmless where there is none."""

    NAME: ClassVar[str] = "sunat.delete-logo.v1"
    ANSWER: ClassVar[type[Contract]] = LogoShown

    company: Company


class CorreoInput(Contract):
    """An e-mail with a comprobante, as the API takes it."""

    to: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=ADDRESS)] = Field(repr=False)
    asunto: Annotated[Texto, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    """`Comprobante Electrónico F001-88` where absent. In one line, without control characters."""
    mensaje: Annotated[Texto, StringConstraints(strip_whitespace=True, max_length=5000)] = Field(default="", repr=False)


class CorreoShown(Contract):
    """An e-mail as it stands."""

    id: str
    destinatario: str = Field(repr=False)
    asunto: str
    archivos_adjuntos: tuple[str, ...]
    estado: EstadoCorreo
    motivo: str | None
    """Why it failed, or what keeps it waiting."""
    created_at: datetime
    fecha_envio: datetime | None


class SendCorreo(Call[CorreoShown]):
    """Send a comprobante by e-mail; repeated with a key that was used before, the e-mail of then.

    Refused as ReadPdf is, and with `CORREO_NO_CONFIGURADO`, `COMPROBANTE_RECHAZADO`, `CLAVE_REUTILIZADA`.
    """

    NAME: ClassVar[str] = "sunat.send-correo.v1"
    ANSWER: ClassVar[type[Contract]] = CorreoShown

    request_id: RequestId
    origin: Origin
    company: Company
    impreso: Impreso
    correo: CorreoInput
    clave: str | None = Field(default=None, max_length=64)
    """A digest of the client's Idempotency-Key."""


class ReadCorreo(Call[CorreoShown]):
    """One e-mail. Refused with `CORREO_NO_ENCONTRADO`."""

    NAME: ClassVar[str] = "sunat.read-correo.v1"
    ANSWER: ClassVar[type[Contract]] = CorreoShown

    company: Company
    id: str = Field(max_length=64)


class CorreosShown(Contract):
    """Answer of ListCorreos."""

    correos: tuple[CorreoShown, ...]


class ListCorreos(Call[CorreosShown]):
    """The e-mails with a comprobante, newest first, at most fifty. Refused as ReadPdf is."""

    NAME: ClassVar[str] = "sunat.list-correos.v1"
    ANSWER: ClassVar[type[Contract]] = CorreosShown

    company: Company
    impreso: Impreso


class CorreoRequested(Event):
    """sunat-emitter → itself: an e-mail waits to be sent. Its address and words stay in the database."""

    NAME: ClassVar[str] = "correo.requested.v1"

    correo_id: str = Field(max_length=64)
