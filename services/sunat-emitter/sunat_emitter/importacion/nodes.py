"""Looking into the XML of others: by namespace, whatever its prefixes; absent and empty are one."""

from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal

from lxml import etree

from shared.money import LARGEST_AMOUNT
from sunat_emitter.documents.amounts import plain
from sunat_emitter.documents.text import clean
from sunat_emitter.documents.ubl.tree import CAC, CBC, EXT, Element

SAC = "urn:sunat:names:specification:ubl:peru:schema:xsd:SunatAggregateComponents-1"
PREFIXES = {"cac": CAC, "cbc": CBC, "ext": EXT, "sac": SAC}
"""How paths are written here; a document's own prefixes do not matter."""
ZERO = Decimal(0)
_LONGEST_NUMBER = 40
_TIME_LENGTH = len("HH:MM:SS")


class Unreadable(ValueError):
    """A document that cannot be taken over; says why in the user's words."""


def every(parent: Element, path: str) -> list[Element]:
    """All elements at a path such as `cac:Party/cbc:Name`."""
    return parent.findall(path, PREFIXES)


def text(parent: Element, *paths: str) -> str:
    """The first text that is not empty at these paths, in one line; empty where there is none."""
    for path in paths:
        for found in every(parent, path):
            if value := clean(content(found)):
                return value
    return ""


def content(element: Element) -> str:
    """All the text within an element, comments left out."""
    return str(element.xpath("string()")) if len(element) else element.text or ""


def attribute(parent: Element, path: str, name: str) -> str:
    """An attribute of the first element at a path; empty where there is none."""
    found = parent.find(path, PREFIXES)
    return "" if found is None else clean(found.get(name, ""))


def number(parent: Element, *paths: str) -> Decimal | None:
    """The number at the first of these paths that has one.

    Raises:
        Unreadable: what stands there is no number that SUNAT's documents can hold.
    """
    for path in paths:
        written = text(parent, path)
        if written:
            return parsed(written, path)
    return None


def amount(parent: Element, *paths: str) -> Decimal:
    """The number there, 0 where there is none. Raises Unreadable as `number`."""
    return number(parent, *paths) or ZERO


def parsed(written: str, path: str) -> Decimal:
    """A number as XML writes it. Raises Unreadable."""
    bare = written.removeprefix("+").removeprefix("-")
    if len(written) > _LONGEST_NUMBER or not bare.isascii() or not bare.replace(".", "", 1).isdecimal():
        raise Unreadable(f"«{written[:_LONGEST_NUMBER]}» no es un número ({name_of(path)})")
    value = Decimal(written)
    if abs(value) > LARGEST_AMOUNT:
        raise Unreadable(f"{written} supera los 12 dígitos enteros que admite SUNAT ({name_of(path)})")
    return value


def cents(value: Decimal) -> Decimal:
    """With at least two decimals, as amounts are shown; further ones stay."""
    exponent = value.as_tuple().exponent
    return value.quantize(Decimal("0.01")) if isinstance(exponent, int) and exponent > -2 else _short(value)  # noqa: PLR2004 - two decimals


def _short(value: Decimal) -> Decimal:
    shorter = plain(value)
    exponent = shorter.as_tuple().exponent
    return shorter.quantize(Decimal("0.01")) if isinstance(exponent, int) and exponent > -2 else shorter  # noqa: PLR2004 - two decimals


def day(parent: Element, path: str) -> date | None:
    """The day at a path; None where there is none. Raises Unreadable."""
    written = text(parent, path)
    if not written:
        return None
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        raise Unreadable(f"«{written[:_LONGEST_NUMBER]}» no es una fecha ({name_of(path)})") from None


def moment(parent: Element, path: str) -> time:
    """The time of day at a path, by the clock of Lima; midnight where there is none or it is no time."""
    try:
        return time.fromisoformat(text(parent, path)[:_TIME_LENGTH])
    except ValueError:
        return time()


def name_of(path: str) -> str:
    """The element's own name, for messages."""
    return path.rpartition(":")[2]


def local_name(element: Element) -> str:
    """An element's name without its namespace."""
    return etree.QName(element).localname


def total(values: Iterable[Decimal]) -> Decimal:
    """Their sum."""
    return sum(values, ZERO)
