"""Every number of a series accounted for: used, or missing and why. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from shared.contracts.sunat.reportes import MotivoSalto, Rango, Salto

_DETAILS: dict[MotivoSalto, str] = {
    "INICIO": (
        "La serie empieza aquí en el número {siguiente}: los anteriores son de otro sistema,"
        " o la serie se creó con ese correlativo inicial."
    ),
    "RESERVADO": "Reservado por la API (reservar-correlativo) para emitirse fuera de este sistema.",
    "OTRA_CUENTA": "Usado con este RUC por otra cuenta de este sistema.",
    "PRUEBA": "Usado en el otro ambiente de SUNAT (beta o producción) del que trata este reporte.",
    "FALTANTE": (
        "No consta ningún comprobante ni reserva con este número: averigüe si se emitió en otro sistema,"
        " o si una reserva se interrumpió."
    ),
}


def ranges(numbers: Iterable[int]) -> Iterator[Rango]:
    """Numbers in rising order as ranges without holes."""
    first = last = None
    for number in numbers:
        if last is not None and number == last + 1:
            last = number
            continue
        if first is not None and last is not None:
            yield Rango(desde=first, hasta=last)
        first = last = number
    if first is not None and last is not None:
        yield Rango(desde=first, hasta=last)


def holes(used: Iterable[int], low: int, high: int) -> Iterator[Rango]:
    """What is missing from `low` to `high`; `used` in rising order, within these."""
    awaited = low
    for number in used:
        if number > awaited:
            yield Rango(desde=awaited, hasta=number - 1)
        awaited = number + 1
    if awaited <= high:
        yield Rango(desde=awaited, hasta=high)


def explained(hole: Rango, known: Mapping[int, MotivoSalto], rest: MotivoSalto, siguiente: int) -> list[Salto]:
    """A hole's parts by their reason: what is known of single numbers, and `rest` for all others.

    `siguiente` is the first number after the hole that has a comprobante.
    """
    inside = sorted(number for number in known if hole.desde <= number <= hole.hasta)
    parts = [(each, rest) for each in holes(inside, hole.desde, hole.hasta)]
    for reason in dict.fromkeys(known.values()):
        parts += [(each, reason) for each in ranges(number for number in inside if known[number] == reason)]
    parts.sort(key=lambda part: part[0].desde)
    return [
        Salto(desde=each.desde, hasta=each.hasta, motivo=why, detalle=_DETAILS[why].format(siguiente=siguiente))
        for each, why in parts
    ]


def is_complete(saltos: Sequence[Salto]) -> bool:
    """Whether no number is missing without a reason that is known."""
    return all(each.motivo != "FALTANTE" for each in saltos)
