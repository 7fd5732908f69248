"""How a certificate is uploaded: a .pfx and its password as multipart, both small, neither ever logged."""

from dataclasses import dataclass, field

from gateway.http import Body, BrokenBody, ErrorRow, Incoming, Problem
from gateway.multipart import Malformed, MultipartParser, PartData, PartStarted, Piece, boundary_of

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
    parts: dict[str, bytearray] = {}
    place = bytearray()
    try:
        parser = MultipartParser(boundary_of(incoming.headers.get("content-type", "")))
        async for chunk in incoming.chunks:
            for piece in parser.feed(chunk):
                place = _taken(piece, parts, place)
            if parser.finished:
                break
        parser.close()
        password = parts.get(_PASSWORD, bytearray()).decode()
    except (Malformed, BrokenBody, UnicodeDecodeError):
        raise Problem(FORMULARIO_INVALIDO) from None
    if not parts.get(_FILE):
        raise Problem(CERTIFICADO_FALTANTE)
    return CertificadoUpload(bytes(parts[_FILE]), password)


def _taken(piece: Piece, parts: dict[str, bytearray], place: bytearray) -> bytearray:
    """Keep a piece; where the next one goes."""
    match piece:
        case PartStarted(name):
            # The first part of a name counts; others and unknown ones are read and forgotten.
            return parts.setdefault(name, bytearray()) if name in {_FILE, _PASSWORD} - set(parts) else bytearray()
        case PartData(data):
            place += data
            if len(place) > (_LARGEST_FILE if place is parts.get(_FILE) else _LARGEST_OTHER):
                raise Problem(CERTIFICADO_GRANDE)
    return place


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
