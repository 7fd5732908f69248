"""Series: made, listed, changed; a number of one reserved."""

import re
from typing import Any

from shared.bus import Reply
from shared.contracts.sunat.series import (
    CorrelativoReservado,
    CreateSerie,
    ListSeries,
    ReadSerie,
    ReserveCorrelativo,
    SerieInput,
    SerieShown,
    SeriesShown,
    UpdateSerie,
)
from shared.contracts.sunat.values import TIPO_NOMBRES, TipoComprobante
from shared.errors import Refused
from sunat_emitter.deps import Deps
from sunat_emitter.store import StoredSerie
from sunat_emitter.store.series import LAST_NUMBER

# SUNAT itself allows letters too (`[FB][A-Z0-9]{3}`); the API's contract asks for digits.
_RULES: dict[TipoComprobante, tuple[re.Pattern[str], str]] = {
    "01": (re.compile(r"F[0-9]{3}"), "La serie de una factura debe ser F y 3 dígitos (ej: F001)"),
    "03": (re.compile(r"B[0-9]{3}"), "La serie de una boleta debe ser B y 3 dígitos (ej: B001)"),
    "07": (re.compile(r"[BF]C[0-9]{2}"), "La serie de una nota de crédito debe ser BC o FC y 2 dígitos (ej: FC01)"),
    "08": (re.compile(r"[BF]D[0-9]{2}"), "La serie de una nota de débito debe ser BD o FD y 2 dígitos (ej: FD01)"),
}
_FIRST = {("01", "F"): "F001", ("03", "B"): "B001"} | {
    (tipo, letter): f"{letter}{kind}01" for tipo, kind in (("07", "C"), ("08", "D")) for letter in "FB"
}


async def list_series(call: ListSeries, deps: Deps) -> Reply:
    """The tenant's series."""
    filters = {"tipo": call.tipo_comprobante, "estado": call.estado, "sede_id": call.sede_id}
    wanted = {name: value for name, value in filters.items() if value is not None}
    found = await deps.series.matching(call.company, wanted)
    return Reply(SeriesShown(series=tuple(show(serie) for serie in found)))


async def read_serie(call: ReadSerie, deps: Deps) -> Reply:
    """One series. Raises Refused: `SERIE_NO_ENCONTRADA`."""
    return Reply(show(_there(await deps.series.find(call.company, call.id))))


async def create_serie(call: CreateSerie, deps: Deps) -> Reply:
    """A new series. Raises Refused: `SERIE_INVALIDA`, `SERIE_DUPLICADA`."""
    rule, message = _RULES[call.serie.tipo_comprobante]
    if not rule.fullmatch(call.serie.serie):
        raise Refused("SERIE_INVALIDA", message)
    made = await _create(call.company, call.serie, deps)
    if made is None:
        raise Refused("SERIE_DUPLICADA", f"La serie {call.serie.serie} ya existe para este tipo de comprobante")
    return Reply(show(made))


async def update_serie(call: UpdateSerie, deps: Deps) -> Reply:
    """Change what the call names. Raises Refused: `SERIE_NO_ENCONTRADA`."""
    values: dict[str, Any] = {name: getattr(call.cambio, name) for name in call.campos}
    if values.get("estado", "activo") is None:  # a branch can be taken away, a state cannot
        del values["estado"]
    return Reply(show(_there(await deps.series.change(call.company, call.id, values))))


async def reserve_correlativo(call: ReserveCorrelativo, deps: Deps) -> Reply:
    """Take the next number; a repeat of the call gets the same.

    Raises:
        Refused: `SERIE_NO_ENCONTRADA`, `SERIE_INACTIVA`, `SERIE_AGOTADA`.
    """
    found = _there(await deps.series.find(call.company, call.serie_id))
    async with deps.turnos.turn(found.key):
        number = await deps.series.reserve(call.company, call.serie_id, call.request_id, deps.now())
    if number is None:
        check_usable(_there(await deps.series.find(call.company, call.serie_id)))
        raise Refused("SERIE_INACTIVA", f"La serie {found.serie} está inactiva")
    answer = CorrelativoReservado(serie=found.serie, correlativo=number, numero_completo=f"{found.serie}-{number}")
    return Reply(answer)


async def choose_serie(company: str, tipo: TipoComprobante, letter: str, wanted: str | None, deps: Deps) -> StoredSerie:
    """The series for a comprobante: the one that is wanted, else the first that is active, else a new one.

    `letter` is what it must begin with: F for facturas and their notes (2116), B for boletas and theirs (2399).

    Raises:
        Refused: `SERIE_INVALIDA`, `SERIE_INACTIVA`, `SERIE_AGOTADA`.
    """
    if wanted is not None:
        found = await deps.series.named(company, tipo, wanted)
        if found is None:
            raise Refused("SERIE_INVALIDA", f"La serie {wanted} no está configurada para {TIPO_NOMBRES[tipo]}")
        if not wanted.startswith(letter):
            raise Refused("SERIE_INVALIDA", f"La serie debe comenzar con {letter}, como el comprobante que modifica")
        check_usable(found)
        return found
    all_series = await deps.series.matching(company, {"tipo": tipo})
    fitting = [serie for serie in all_series if serie.serie.startswith(letter)]
    for serie in fitting:
        if serie.estado == "activo" and serie.correlativo_actual < LAST_NUMBER:
            return serie
    if fitting:
        check_usable(fitting[0])
    name = _FIRST[tipo, letter]
    made = await _create(company, SerieInput(tipo_comprobante=tipo, serie=name), deps)
    return made or _there(await deps.series.named(company, tipo, name))


def check_usable(serie: StoredSerie) -> None:
    """Raises Refused: `SERIE_INACTIVA`, `SERIE_AGOTADA`."""
    if serie.estado != "activo":
        raise Refused("SERIE_INACTIVA", f"La serie {serie.serie} está inactiva")
    if serie.correlativo_actual >= LAST_NUMBER:
        raise Refused("SERIE_AGOTADA", f"La serie {serie.serie} ya no tiene números")


async def _create(company: str, given: SerieInput, deps: Deps) -> StoredSerie | None:
    values = {
        "tipo": given.tipo_comprobante,
        "serie": given.serie,
        "correlativo_actual": given.correlativo_inicial - 1,
        **given.model_dump(include={"sede_id", "sede_nombre", "caja_id", "estado"}),
    }
    return await deps.series.create(company, values, deps.now())


def _there(serie: StoredSerie | None) -> StoredSerie:
    if serie is None:
        raise Refused("SERIE_NO_ENCONTRADA", "La serie no existe")
    return serie


def show(serie: StoredSerie) -> SerieShown:
    """A series as the API shows it."""
    return SerieShown(
        **serie.model_dump(include=set(SerieShown.model_fields)),
        tipo_comprobante=serie.tipo,
        tipo_nombre=TIPO_NOMBRES[serie.tipo],
        proximo_numero=f"{serie.serie}-{serie.correlativo_actual + 1}",
    )
