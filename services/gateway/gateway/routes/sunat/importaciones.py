"""Moving over: the history of a business out of the system that it used before, as one zip."""

from pydantic import BaseModel

from gateway.deps import Deps
from gateway.http import Answer, Body, BrokenBody, ErrorRow, Incoming, Input, Problem, Route, query_of
from gateway.multipart import Malformed
from gateway.routes.sunat.certificado import FORMULARIO_INVALIDO
from gateway.routes.sunat.emisores import EMISOR_NO_CONFIGURADO
from gateway.routes.sunat.envelope import Told
from gateway.routes.sunat.parts import PartTooLarge, read_parts
from gateway.routes.sunat.words import ALWAYS, DATOS_INVALIDOS, read_query
from shared.contracts.sunat.emisores import Endpoint
from shared.contracts.sunat.importaciones import LARGEST_ZIP, ImportacionShown, ImportHistory

ZIP_FALTANTE = ErrorRow(400, "ZIP_FALTANTE", "Envíe los XML y sus constancias (CDR) en un zip, en el campo archivo")
ZIP_GRANDE = ErrorRow(
    413,
    "ZIP_GRANDE",
    f"El zip debe pesar como máximo {LARGEST_ZIP // 2**20} MB: pártalo en varios, o impórtelo en el servidor con"
    " sunat-emitter import",
)
IMPORTACION_INVALIDA = ErrorRow(422, "IMPORTACION_INVALIDA", "El archivo no es un zip que se pueda leer")

_FILE = "archivo"
_SECONDS = 29.0
"""The bus keeps a question for thirty; what takes longer goes on, and a repeat tells what came of it."""


class ImportQuery(BaseModel):
    """Which SUNAT had the documents; the issuer's own environment where absent."""

    ambiente: Endpoint | None = None


async def _read(incoming: Incoming) -> bytes:
    try:
        parts = await read_parts(incoming, {_FILE: LARGEST_ZIP})
    except (Malformed, BrokenBody):
        raise Problem(FORMULARIO_INVALIDO) from None
    except PartTooLarge:
        raise Problem(ZIP_GRANDE) from None
    if not parts.get(_FILE):
        raise Problem(ZIP_FALTANTE)
    return parts[_FILE]


_BODY = Body(
    _read,
    "multipart/form-data",
    {
        "type": "object",
        "properties": {
            _FILE: {"type": "string", "format": "binary", "description": "A zip with signed XMLs and their CDRs"}
        },
        "required": [_FILE],
    },
)


async def import_history(given: Input[bytes], deps: Deps) -> Answer:
    """Take over documents that another system issued: facturas, boletas, notes, RC and RA, each with its CDR.

    Series go on after the highest number. Repeating an import changes nothing, and what was issued here is never
    overwritten. Files are told one by one; one that cannot be taken does not stop the others.
    """
    query = read_query(ImportQuery, given.query)
    call = ImportHistory(
        request_id=given.request_id, company=given.caller.company, contenido=given.body, ambiente=query.ambiente
    )
    shown = await deps.bus.call(call, timeout=_SECONDS)
    return Answer(Told(message=_message(shown), data=shown))


def _message(shown: ImportacionShown) -> str:
    return (
        f"Importados {shown.importados}, actualizados {shown.actualizados}, ya estaban {shown.ya_estaban},"
        f" no importados {shown.no_importados}"
    )


ROUTES = (
    Route(
        "POST",
        "/api/facturacion/importaciones",
        import_history,
        "Import documents of another system",
        body=_BODY,
        answer=Told[ImportacionShown],
        errors=(
            FORMULARIO_INVALIDO,
            ZIP_FALTANTE,
            ZIP_GRANDE,
            IMPORTACION_INVALIDA,
            EMISOR_NO_CONFIGURADO,
            DATOS_INVALIDOS,
            *ALWAYS,
        ),
        parameters=query_of(ImportQuery),
    ),
)
