"""A reading as a table for people: each value with how sure it is and where it comes from."""

from collections.abc import Iterator, Mapping, Sequence

from shared.contracts.reading import ReadField, Reading

_WIDEST = 60


def listed(reading: Reading, seconds: float, peak_memory: int) -> str:
    """Header fields, lines, tables, warnings, time and memory; `peak_memory` in bytes."""
    parts = [*_header(reading.fields), *_rows("lines", reading.items)]
    for name, rows in reading.tables.items():
        parts += _rows(name, rows)
    parts += ["", *(f"warning: {warning}" for warning in reading.warnings)]
    pages = f"{reading.pages_read} of {reading.pages} pages" if reading.pages != 1 else "1 page"
    parts.append(f"{pages}, {seconds:.2f} s, {peak_memory / 1e6:.0f} MB at most")
    return "\n".join(parts)


def _header(fields: Mapping[str, ReadField]) -> Iterator[str]:
    rows = [("field", "value", "sure", "source")]
    for key, field in fields.items():
        found = field.value is not None
        rows.append((key, _cut(field.value or "-"), f"{field.confidence:.2f}" if found else "", field.source or ""))
    yield from _aligned(rows)


def _rows(title: str, rows: Sequence[Mapping[str, ReadField]]) -> Iterator[str]:
    if not rows:
        return
    keys = [key for key in rows[0] if any(row.get(key, ReadField()).value is not None for row in rows)]
    table = [(*keys, "sure")]
    for row in rows:
        values = [row.get(key, ReadField()) for key in keys]
        least = min((each.confidence for each in values if each.value is not None), default=0.0)
        table.append((*(_cut(each.value or "-") for each in values), f"{least:.2f}"))
    yield ""
    yield f"{title} ({len(rows)})"
    yield from _aligned(table)


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _WIDEST else f"{plain[: _WIDEST - 1]}…"
