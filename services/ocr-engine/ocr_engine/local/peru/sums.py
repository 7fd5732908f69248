"""The sums of a Peruvian comprobante: what is taxed, exonerated, unaffected or exported, the taxes and the total."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from ocr_engine.local.found import Found, source_of
from ocr_engine.local.invoice.sums import Sum, TaxRow
from ocr_engine.local.page import Line
from ocr_engine.local.spelling import fold
from ocr_engine.local.table.figure import Amount, amounts_on
from ocr_engine.local.table.reader import label_of
from shared.money import CENT

_OP = (
    r"(?:op(?:er(?:acion(?:es)?)?)?|total(?: op\w*)?|valor(?: de)? venta|v venta|monto|importe|sub ?total)"
    r"\s?(?:de )?\s?"
)
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("none", re.compile(r"gratuit|detracc|percepc|retenc|redonde|vuelto|efectivo|tarjeta|cuota|pendiente|pagad")),
    ("igv", re.compile(r"\b(?:igv|i g v|ipm)\b")),
    ("isc", re.compile(r"\b(?:isc|i s c)\b")),
    ("bags", re.compile(r"\bicbper\b|bolsas? plastic")),
    ("base", re.compile(rf"^(?:{_OP})?(?:gravad|exonerad|inafect|export)")),
    ("net", re.compile(r"^(?:sub ?total|(?:total )?(?:valor|v)(?: de)? venta|base imponible|total neto)")),
    ("charge", re.compile(r"^(?:otros cargos|otros tributos|recargo|cargo)")),
    ("discount", re.compile(r"^(?:total )?(?:descuento|dscto|dcto)")),
    ("advance", re.compile(r"^(?:total )?anticipo")),
    ("total", re.compile(r"^(?:importe|monto|precio)?\s?(?:total|a pagar|de venta|venta)\b")),
)
_WORDS = re.compile(r"^\W*son\s?:?\s.*(?:\d{2}\s?/\s?100|soles|dolares|y\s*\d\d)", re.IGNORECASE)
_FEWEST_LETTERS = 3
_TOLERANCE = Decimal("0.02")
_PROVED = 0.99


def kind_of_sum(label: str) -> str | None:
    """What a sum beside this label is: a key of the table above; None where it names none."""
    words = " ".join(re.findall(r"[a-z]+", fold(label)))
    words = re.sub(r"\s(?:s|us|pen|usd|sol|soles)$", "", words)
    return next((kind for kind, pattern in _KINDS if pattern.search(words)), None) if words else None


def in_words(line: Line) -> bool:
    """Whether the line is the total in words."""
    return _WORDS.search(line.text) is not None


def first_sum(lines: Sequence[Line], decimal: str) -> int:
    """The line on which the sums begin, or how many lines there are: no line of goods stands below it."""
    for index, line in enumerate(lines):
        if in_words(line) or any(kind in {"igv", "base"} for kind, _ in labelled(line, decimal)):
            return _climbed(lines, index, decimal)
    return len(lines)


def _climbed(lines: Sequence[Line], index: int, decimal: str) -> int:
    """Sums directly above the first sure one (a subtotal, a discount) are of the sums too."""
    while index > 0 and (labels := labelled(lines[index - 1], decimal)) and all(kind != "none" for kind, _ in labels):
        index -= 1
    return index


def labelled(line: Line, decimal: str) -> list[tuple[str, Amount]]:
    """The amounts of a line that stand directly behind a sum's name."""
    found = []
    start = 0
    for amount in amounts_on(line, decimal):
        tokens = line.tokens[start : amount.start]
        start = amount.end
        if not tokens:
            continue
        cells = Line(tokens, line.page, line.aspect, line.ocr).cells()
        worded = [cell.text for cell in cells if sum(map(str.isalpha, cell.text)) >= _FEWEST_LETTERS]
        kind = kind_of_sum(worded[-1]) if worded else None
        if kind is not None:
            found.append((kind, amount))
    return found


def without_other_sums(sums: Sequence[Sum]) -> list[Sum]:
    """The sums without those that lead to no total: what is given for nothing, detracciones, change."""
    return [each for each in sums if kind_of_sum(each.label) != "none"]


def with_taxed_base(rows: Sequence[TaxRow], lines: Sequence[Line], decimal: str) -> tuple[TaxRow, ...]:
    """The tax by rate, each over what is printed as taxed: what is exonerated or unaffected bears none."""
    bases = _bases(lines, decimal)
    return tuple(
        replace(row, base=next((base for base in bases if abs(base * row.rate / 100 - row.amount) <= CENT), row.base))
        for row in rows
    )


def is_mixed(lines: Sequence[Line], decimal: str) -> bool:
    """Whether some of the goods bear the tax and others do not, so that no rate is every line's."""
    return len(_bases(lines, decimal)) > 1


def _bases(lines: Sequence[Line], decimal: str) -> list[Decimal]:
    found = (each for line in lines for each in labelled(line, decimal))
    return list(dict.fromkeys(amount.value for kind, amount in found if kind == "base" and amount.value))


def proved_sums(lines: Sequence[Line], decimal: str) -> dict[str, Found]:
    """Subtotal, tax and total where the printed ones lead to each other; nothing where they do not."""
    parts: dict[str, list[tuple[int, Amount]]] = {}
    for index in range(first_sum(lines, decimal), len(lines)):
        for kind, amount in labelled(lines[index], decimal):
            parts.setdefault(kind, []).append((index, amount))
    values = {
        kind: list(dict.fromkeys((_label(lines, each), each[1].value) for each in found))
        for kind, found in parts.items()
    }
    added = {kind: sum((value for _, value in each), Decimal(0)) for kind, each in values.items()}
    zero = Decimal(0)
    taxes = sum((added.get(kind, zero) for kind in ("igv", "isc", "bags")), zero)
    nets = [added["base"]] if "base" in added else [value for _, value in values.get("net", [])]
    for place, amount in reversed(parts.get("total", [])):
        for net in nets:
            for base in (net, net - abs(added.get("advance", zero)), net - abs(added.get("discount", zero))):
                if amount.value and abs(base + taxes + added.get("charge", zero) - amount.value) <= _TOLERANCE:
                    return _found(base, taxes, (place, amount), parts, lines)
    return {}


def _label(lines: Sequence[Line], each: tuple[int, Amount]) -> str:
    """The words of the line on which a sum stands: a sum printed twice counts once."""
    return " ".join(re.findall(r"[a-z]+", fold(label_of(lines[each[0]], "."))))


def _found(
    base: Decimal,
    taxes: Decimal,
    total: tuple[int, Amount],
    parts: dict[str, list[tuple[int, Amount]]],
    lines: Sequence[Line],
) -> dict[str, Found]:
    printed = [each for found in parts.values() for each in found]
    result = {"total": _as_found(total[1].value, total, lines)}
    for key, value in (("subtotal", base), ("total_tax_amount", taxes)):
        place = next((each for each in printed if each[1].value == value), None)
        result[key] = _as_found(value, place, lines)
    return result


def _as_found(value: Decimal, place: tuple[int, Amount] | None, lines: Sequence[Line]) -> Found:
    if place is None:
        return Found(f"{value:.2f}", "", 0.95, None, "computed")
    line, amount = place
    sure = _PROVED * (0.5 + 0.5 * amount.span.score)
    return Found(f"{value:.2f}", amount.span.text, sure, amount.span, source_of(lines[line]), line)
