"""Import of a business's history over the bus: a zip of XMLs with their receipts."""

import structlog

from shared.bus import Reply
from shared.contracts.sunat.importaciones import MOST_FILES, ImportacionShown, ImportHistory
from shared.errors import Refused
from sunat_emitter.deps import Deps
from sunat_emitter.emisores import issuer_of
from sunat_emitter.importacion.books import Books
from sunat_emitter.importacion.pairs import Broken, Pair, TooMuch, in_zip, pairs
from sunat_emitter.importacion.rows import Into
from sunat_emitter.importacion.run import Importing

_log = structlog.get_logger()
_INVALID = "IMPORTACION_INVALIDA"


async def import_history(call: ImportHistory, deps: Deps) -> Reply:
    """Take over what is in a zip; a repeat changes nothing.

    Raises:
        Refused: `IMPORTACION_INVALIDA`, `EMISOR_NO_CONFIGURADO`.
    """
    emisor = await issuer_of(call.company, deps)
    found = _pairs_in(call.contenido)
    into = Into(emisor, call.ambiente or emisor.sol_endpoint, call.request_id, deps.now(), deps.file_time)
    async with deps.turnos.turn(f"importacion/{call.company}"):
        importing = Importing(_books(deps), into)
        told = [each async for each in importing.run(found)]
    _log.info("history imported", emisor_id=emisor.id, **importing.counts)
    return Reply(
        ImportacionShown(
            importados=importing.counts["IMPORTADO"],
            actualizados=importing.counts["ACTUALIZADO"],
            ya_estaban=importing.counts["YA_ESTABA"],
            no_importados=importing.counts["NO_IMPORTADO"],
            archivos=tuple(sorted(told, key=lambda each: each.archivo)),
            series=tuple(importing.continued.told.values()),
        )
    )


def _books(deps: Deps) -> Books:
    return Books(deps.series, deps.ventas, deps.archivos, deps.contadores, deps.importados)


def _pairs_in(content: bytes) -> list[Pair]:
    """What is in the zip. Raises Refused: `IMPORTACION_INVALIDA`."""
    try:
        found = pairs(in_zip(content), MOST_FILES)
    except Broken as error:
        raise Refused(_INVALID, f"El archivo {error}") from None
    except TooMuch as error:
        raise Refused(
            _INVALID, f"En el zip {error}: pártalo en varios, o impórtelo en el servidor con sunat-emitter import"
        ) from None
    if not found:
        raise Refused(_INVALID, "En el zip no hay ningún XML ni constancia (R-….zip, R-….xml)")
    return found
