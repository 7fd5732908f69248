"""Carries out a request for RCs or RAs: chosen, numbered, marked and told, once however often it is asked."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.contracts.sunat.resumenes import Condicion
from shared.errors import Refused, Unavailable
from shared.mongo import DuplicateKeyError
from sunat_emitter.deps import Deps
from sunat_emitter.documents.summary import MOST_LINES
from sunat_emitter.eleccion import ANULAR, Elegido, Marco, Parte, Rechazo, refusal, split, today
from sunat_emitter.noticias import tell_at_once
from sunat_emitter.plazos import Plazos
from sunat_emitter.store import Agrupacion, SourceChanged, StoredEmisor, StoredResumen
from sunat_emitter.ventas import same_digest

_ATTEMPTS = 20
_MOST_SHOWN = 50
_EVENT_GRACE = timedelta(seconds=30)
"""For the event of what was just made, before the sweep takes it."""


@dataclass(frozen=True)
class Pedido:
    """Who asks, for what."""

    request_id: str
    origin: str
    emisor: StoredEmisor
    clave: str | None
    """A digest of the client's Idempotency-Key."""
    digest: str | None
    baja: bool = False
    most: int = MOST_LINES
    """Comprobantes in each RC or RA."""

    @property
    def id(self) -> str:
        """What all that it makes shares: a repeat finds it by that."""
        return f"clave/{self.clave}" if self.clave else f"request/{self.request_id}"


@dataclass(frozen=True)
class Eleccion:
    """What was chosen, and what the client is to be told of it."""

    elegidos: tuple[Elegido, ...]
    advertencias: tuple[str, ...] = ()


Choose = Callable[[frozenset[str]], Awaitable[Eleccion]]
"""Chooses what goes in, without these: they are in already. Raises Refused."""


async def carry_out(pedido: Pedido, choose: Choose, deps: Deps, *, whole_day: bool = False) -> list[StoredResumen]:
    """What the request makes, or made. What an earlier try left out for a crash is added; nothing is made twice.

    `whole_day`: it asks for whatever is pending, so a repeat adds nothing to what there was then.

    Raises:
        Refused: `CLAVE_REUTILIZADA`, and what `choose` refuses; nothing was made.
        Unavailable: it is not known what was made; a repeat finds out.
    """
    company = pedido.emisor.company
    first = await deps.resumenes.of_request(company, pedido.id)
    if first and pedido.clave:
        same_digest(first[0].digest, pedido.digest or "")
    if first and whole_day:
        return first
    for _ in range(_ATTEMPTS):
        made = await deps.resumenes.of_request(company, pedido.id)
        try:
            chosen = await choose(frozenset(line.comprobante for each in made for line in each.lineas))
        except Refused as refusal:
            if not made:
                raise
            return _with_rest(made, refusal)
        try:
            partes = split(chosen.elegidos, pedido.most)
            for number, parte in enumerate(partes, len(made)):
                told = _told(chosen, partes) if number == 0 else ()
                made.append(await _make(pedido, parte, number, told, deps))
        except (SourceChanged, DuplicateKeyError):  # somebody was quicker, perhaps this very request: look again
            continue
        return made
    raise Unavailable("the comprobantes kept changing")


def _with_rest(made: Sequence[StoredResumen], refusal: Refused) -> list[StoredResumen]:
    """What was made stands; why the rest cannot go any more is told."""
    told = (*made[0].advertencias, f"El resto no se envió: {refusal.message}")
    return [made[0].model_copy(update={"advertencias": told}), *made[1:]]


def _told(chosen: Eleccion, partes: Sequence[Parte]) -> tuple[str, ...]:
    """What the client sent otherwise, and that it takes several."""
    if len(partes) == 1:
        return chosen.advertencias
    names = f"{len(chosen.elegidos)} comprobantes van en {len(partes)} envíos, cada uno con su ticket: vea partes"
    return (*chosen.advertencias, names)


async def _make(pedido: Pedido, parte: Parte, number: int, advertencias: tuple[str, ...], deps: Deps) -> StoredResumen:
    emisor, now = pedido.emisor, deps.now()
    stored = await deps.agrupaciones.group(
        Agrupacion(
            id=await deps.contadores.take(f"resumenes/{emisor.company}"),
            company=emisor.company,
            emisor_id=emisor.id,
            ruc=emisor.ruc,
            ambiente=emisor.sol_endpoint,
            clase=parte.clase,
            fecha_referencia=parte.fecha,
            fecha_generacion=today(now),
            lineas=parte.lineas,
            baja=pedido.baja,
            pedido=pedido.id,
            parte=number,
            digest=pedido.digest,
            advertencias=advertencias,
            request_id=pedido.request_id,
            origin=pedido.origin,
            now=now,
            first_try_at=now + _EVENT_GRACE,
        )
    )
    await tell_at_once(stored, "issued", deps)
    return stored


@dataclass(frozen=True)
class Deseado:
    """A comprobante that a client names."""

    tipo: str
    serie: str
    numero: int
    condicion: Condicion
    motivo: str | None = None

    @property
    def numero_completo(self) -> str:
        """`B001-150`."""
        return f"{self.serie}-{self.numero}"

    def name(self, ruc: str) -> str:
        """`RUC-TT-SERIE-NUM`."""
        return f"{ruc}-{self.tipo}-{self.numero_completo}"


@dataclass(frozen=True)
class Lista:
    """What a client names, under what holds for all, and the code that it is refused with."""

    deseados: tuple[Deseado, ...]
    marco: Marco
    code: str


async def choose_named(
    lista: Lista, emisor: StoredEmisor, done: frozenset[str], deps: Deps
) -> tuple[tuple[Deseado, Elegido], ...]:
    """Each that is named with what it is. Raises Refused: the list's code, where one of them cannot go."""
    wanted = {each.name(emisor.ruc): each for each in lista.deseados}
    there = await deps.informables.named(emisor.company, list(wanted))
    rechazos = [
        Rechazo(wanted[name].numero_completo, "REPETIDO", f"{wanted[name].numero_completo} está más de una vez")
        for name, count in Counter(each.name(emisor.ruc) for each in lista.deseados).items()
        if count > 1
    ]
    chosen = []
    for name, each in wanted.items():
        if name in done:
            continue
        if (found := there.get(name)) is None:
            said = f"El comprobante {each.numero_completo} de tipo {each.tipo} no existe"
            rechazos.append(Rechazo(each.numero_completo, "COMPROBANTE_NO_ENCONTRADO", said))
            continue
        elegido = Elegido(found, each.condicion, each.motivo)
        if (rechazo := refusal(elegido, lista.marco)) is not None:
            rechazos.append(rechazo)
        chosen.append((each, elegido))
    _check(rechazos, lista.code)
    return tuple(chosen)


async def left_standing(elegidos: Sequence[Elegido], emisor: StoredEmisor, deps: Deps) -> list[str]:
    """What is to be told of notes that stay in force although what they change is to be void."""
    voided = [each.comprobante.nombre_archivo for each in elegidos if each.condicion == ANULAR]
    notes: dict[str, list[str]] = {}
    for changed, note in await deps.informables.notes_in_force(emisor.company, voided):
        if note not in voided:
            notes.setdefault(_number(changed), []).append(_number(note))
    return [
        f"{changed} tiene notas vigentes: {', '.join(found)}. Su baja no las anula: delas de baja también"
        for changed, found in notes.items()
    ]


def _number(nombre_archivo: str) -> str:
    return nombre_archivo.split("-", 2)[2]


def bounded(told: Sequence[str]) -> tuple[str, ...]:
    """The first of them, and how many more there are."""
    more = len(told) - _MOST_SHOWN
    return (*told[:_MOST_SHOWN], f"Y {more} advertencias más") if more > 0 else tuple(told)


def marco_of(emisor: StoredEmisor, deps: Deps, fecha: date | None = None) -> Marco:
    """What holds for all comprobantes of this issuer now; `fecha` is the day of issue that they must have."""
    plazos = deps.sending.terms.plazos if deps.sending is not None else Plazos()
    return Marco(emisor.sol_endpoint, deps.now(), plazos, fecha)


def _check(rechazos: Sequence[Rechazo], code: str) -> None:
    if not rechazos:
        return
    others = f" (y {len(rechazos) - 1} más)" if len(rechazos) > 1 else ""
    shown = [
        {"comprobante": each.comprobante, "codigo": each.codigo, "mensaje": each.mensaje}
        for each in rechazos[:_MOST_SHOWN]
    ]
    raise Refused(code, f"{rechazos[0].mensaje}{others}", {"errores": shown})
