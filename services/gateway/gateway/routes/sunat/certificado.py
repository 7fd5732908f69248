"""How a certificate is uploaded: a .pfx and its password as multipart, both small, neither ever logged."""

from dataclasses import dataclass, field

from gateway.http import Body, BrokenBody, ErrorRow, Incoming, Problem
from gateway.multipart import Malformed
from gateway.routes.sunat.parts import PartTooLarge, read_parts

FORMULARIO_INVALIDO = ErrorRow(400, "FORMULARIO_INVALIDO", "El cuerpo debe ser multipart/form-data con el certificado")
CERTIFICADO_FALTANTE = ErrorRow(400, "CERTIFICADO_FALTANTE", "Envíe el archivo .pfx en el campo certificado")
CERTIFICADO_GRANDE = ErrorRow(413, "CERTIFICADO_GRANDE", "El archivo del certificado es demasiado grande")

_FILE, _PASSWORD = "certificado", "password"
_LARGEST_FILE = 65_536
_LARGEST_OTHER = 1_024


@dataclass(frozen=True)
class CertificadoUpload:
    """What was uploaded."""

    contenido: bytes = field(repr=False)
    password: str = field(repr=False)


async def _read(incoming: Incoming) -> CertificadoUpload:
    try:
        parts = await read_parts(incoming, {_FILE: _LARGEST_FILE, _PASSWORD: _LARGEST_OTHER})
        password = parts.get(_PASSWORD, b"").decode()
    except (Malformed, BrokenBody, UnicodeDecodeError):
        raise Problem(FORMULARIO_INVALIDO) from None
    except PartTooLarge:
        raise Problem(CERTIFICADO_GRANDE) from None
    if not parts.get(_FILE):
        raise Problem(CERTIFICADO_FALTANTE)
    return CertificadoUpload(parts[_FILE], password)


CERTIFICADO_BODY = Body(
    _read,
    "multipart/form-data",
    {
        "type": "object",
        "properties": {
            _FILE: {"type": "string", "format": "binary", "description": "The certificate, .pfx or .p12"},
            _PASSWORD: {"type": "string", "format": "password"},
        },
        "required": [_FILE, _PASSWORD],
    },
)
"""The body of the upload; the route gets a CertificadoUpload."""
