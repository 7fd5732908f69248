"""The issuer of a tenant, its SOL account and its certificate."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from shared.contracts.message import Call, Contract
from shared.contracts.sunat.values import Company, Content, Ruc, Texto

Endpoint = Literal["beta", "prod"]
EnvioBoletas = Literal["individual", "resumen"]
"""How SUNAT is told of boletas and their notes: each by itself, or all of a day in a summary (RC)."""
Hora = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""`23:50`, by the clock of Lima."""

_XML = r"^[^\x00-\x1f\x7f-\x9f\ufffe\uffff]+$"
"""What the SOAP header can carry: no control characters."""


class EmisorInput(Contract):
    """An issuer as the API takes it."""

    ruc: Ruc
    razon_social: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
    nombre_comercial: Annotated[Texto, StringConstraints(strip_whitespace=True, max_length=255)] = ""
    domicilio_fiscal: Annotated[Texto, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    ubigeo: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{6}$")]
    """INEI's code of a district (catalog 13)."""
    email: Annotated[Texto, StringConstraints(strip_whitespace=True, max_length=254)] = ""
    telefono: Annotated[Texto, StringConstraints(strip_whitespace=True, max_length=50)] = ""
    sol_usuario: (
        Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=_XML)] | None
    ) = None
    """The SOL user without the RUC. Absent: what is stored stays."""
    sol_clave: Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=_XML)] | None = Field(
        default=None, repr=False
    )
    """Absent: what is stored stays. Never shown again."""
    sol_endpoint: Endpoint = "beta"
    envio_boletas: EnvioBoletas | None = None
    """Of boletas that are issued from now on. Absent: what is stored stays; `individual` at first."""
    resumen_automatico: bool | None = None
    """Whether a summary is made each night of what waits for one. Absent: what is stored stays; true at first."""
    resumen_hora: Hora | None = None
    """When. Absent: what is stored stays; at first the installation's hour."""


class EmisorShown(Contract):
    """An issuer as the API shows it, without what opens its SOL account."""

    id: int
    ruc: str
    razon_social: str
    nombre_comercial: str
    domicilio_fiscal: str
    ubigeo: str
    departamento: str
    provincia: str
    distrito: str
    email: str
    telefono: str
    sol_usuario: str | None
    sol_endpoint: Endpoint
    envio_boletas: EnvioBoletas = "individual"
    resumen_automatico: bool = True
    resumen_hora: Hora | None = None
    tiene_certificado: bool
    certificado_vencimiento: date | None
    created_at: datetime
    updated_at: datetime
    advertencias: tuple[str, ...] = ()
    """What looks wrong but does not stop anything, such as a RUC's check digit."""


class ReadEmisor(Call[EmisorShown]):
    """The tenant's issuer. Refused with `EMISOR_NO_CONFIGURADO`."""

    NAME: ClassVar[str] = "sunat.read-emisor.v1"
    ANSWER: ClassVar[type[Contract]] = EmisorShown

    company: Company


class WriteEmisor(Call[EmisorShown]):
    """Set up the tenant's issuer, or change it. Refused with `UBIGEO_INVALIDO`, `RUC_EN_USO`."""

    NAME: ClassVar[str] = "sunat.write-emisor.v1"
    ANSWER: ClassVar[type[Contract]] = EmisorShown

    company: Company
    emisor: EmisorInput


class CertificadoShown(Contract):
    """A certificate that was taken."""

    certificado_nombre: str
    vencimiento: date
    """By the clock of Lima."""
    propietario: str


class UploadCertificado(Call[CertificadoShown]):
    """Take the issuer's certificate (PKCS #12).

    Refused with `EMISOR_NO_CONFIGURADO`; `CERTIFICADO_ILEGIBLE`: no .pfx, or another password; `CERTIFICADO_INVALIDO`:
    expired, not valid yet, without an RSA private key.
    """

    NAME: ClassVar[str] = "sunat.upload-certificado.v1"
    ANSWER: ClassVar[type[Contract]] = CertificadoShown

    company: Company
    contenido: Content = Field(repr=False)
    password: str = Field(repr=False, max_length=256)
