"""The issuer: its data, its SOL account, its certificate."""

from pydantic import BaseModel

from gateway.deps import Deps
from gateway.http import Answer, ErrorRow, Input, Problem, Route
from gateway.routes.sunat.certificado import (
    CERTIFICADO_BODY,
    CERTIFICADO_FALTANTE,
    CERTIFICADO_GRANDE,
    FORMULARIO_INVALIDO,
    CertificadoUpload,
)
from gateway.routes.sunat.envelope import Told
from gateway.routes.sunat.words import ALWAYS, JSON_ERRORS, json_body
from shared.contracts.sunat.emisores import (
    CertificadoShown,
    EmisorInput,
    EmisorShown,
    ReadEmisor,
    UploadCertificado,
    WriteEmisor,
)
from shared.errors import Refused

_PATH = "/api/facturacion/emisor"
_NOT_SET_UP = "EMISOR_NO_CONFIGURADO"
EMISOR_NO_ENCONTRADO = ErrorRow(404, _NOT_SET_UP, "Configure primero su emisor: PUT /api/facturacion/emisor")
EMISOR_NO_CONFIGURADO = ErrorRow(422, _NOT_SET_UP, EMISOR_NO_ENCONTRADO.message)
UBIGEO_INVALIDO = ErrorRow(422, "UBIGEO_INVALIDO", "El ubigeo no existe")
RUC_EN_USO = ErrorRow(422, "RUC_EN_USO", "Otra empresa ya emite en producción con ese RUC")
CERTIFICADO_ILEGIBLE = ErrorRow(
    400, "CERTIFICADO_ILEGIBLE", "El archivo no es un certificado .pfx o la contraseña es incorrecta"
)
CERTIFICADO_INVALIDO = ErrorRow(422, "CERTIFICADO_INVALIDO", "El certificado venció o no es válido")


class EmisorWritten(BaseModel):
    """What a change of the issuer answers."""

    id: int
    ruc: str
    razon_social: str
    advertencias: tuple[str, ...]
    """What looks wrong but does not stop anything, such as the RUC's check digit."""


async def read_emisor(given: Input[None], deps: Deps) -> Answer:
    """The company's issuer. What opens its SOL account is never shown."""
    try:
        return Answer(await deps.bus.call(ReadEmisor(company=given.caller.company)))
    except Refused as refusal:
        if refusal.code == _NOT_SET_UP:
            raise Problem(EMISOR_NO_ENCONTRADO) from None
        raise


async def write_emisor(given: Input[EmisorInput], deps: Deps) -> Answer:
    """Set the issuer up, or change it. Without `sol_usuario` or `sol_clave` what is stored of them stays."""
    shown = await deps.bus.call(WriteEmisor(company=given.caller.company, emisor=given.body))
    written = EmisorWritten(**shown.model_dump(include={"id", "ruc", "razon_social", "advertencias"}))
    return Answer(Told(message="Configuración del emisor actualizada correctamente", data=written))


async def upload_certificado(given: Input[CertificadoUpload], deps: Deps) -> Answer:
    """Upload the certificate that comprobantes are signed with (.pfx or .p12); it replaces the one before."""
    call = UploadCertificado(
        company=given.caller.company, contenido=given.body.contenido, password=given.body.password[:256]
    )
    return Answer(Told(message="Certificado cargado correctamente", data=await deps.bus.call(call, timeout=15)))


ROUTES = (
    Route("GET", _PATH, read_emisor, "The issuer", answer=EmisorShown, errors=(EMISOR_NO_ENCONTRADO, *ALWAYS)),
    Route(
        "PUT",
        _PATH,
        write_emisor,
        "Set the issuer up",
        body=json_body(EmisorInput),
        answer=Told[EmisorWritten],
        errors=(*JSON_ERRORS, UBIGEO_INVALIDO, RUC_EN_USO, *ALWAYS),
    ),
    Route(
        "POST",
        f"{_PATH}/certificado",
        upload_certificado,
        "Upload the signing certificate",
        body=CERTIFICADO_BODY,
        answer=Told[CertificadoShown],
        errors=(
            FORMULARIO_INVALIDO,
            CERTIFICADO_FALTANTE,
            CERTIFICADO_GRANDE,
            CERTIFICADO_ILEGIBLE,
            CERTIFICADO_INVALIDO,
            EMISOR_NO_CONFIGURADO,
            *ALWAYS,
        ),
    ),
)
