"""The HTML report of a reading run: each paper with its boxes, what was read and what should have been."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from shared.contracts.reading import Box, ReadField, Reading
from tests.benchmarks.truth import Truth, comparable

_STYLE = """
body { font: 14px/1.4 system-ui, sans-serif; margin: 1.5em; color: #222 }
section { display: flex; gap: 1.5em; border-top: 2px solid #ddd; padding: 1em 0; flex-wrap: wrap }
.page { position: relative; width: min(46vw, 640px); align-self: flex-start } .page img { width: 100%; display: block }
.page i { position: absolute; border: 2px solid #c22; box-sizing: border-box } .page i.line { border-color: #25c }
.page i b { position: absolute; top: -1.1em; left: 0; font: 10px sans-serif; background: #fffc; white-space: nowrap }
table { border-collapse: collapse } td, th { padding: 2px 8px; text-align: left; border-bottom: 1px solid #eee }
.wrong td { background: #fdd } h2 { width: 100%; margin: 0; font-size: 16px } .values { flex: 1; min-width: 320px }
"""


@dataclass(frozen=True)
class Entry:
    """One paper of the run; `page` is its first page as JPEG, empty where it could not be drawn."""

    truth: Truth
    reading: Reading | None
    misses: Sequence[str]
    page: bytes = field(repr=False)


def write_report(entries: Sequence[Entry], folder: Path) -> Path:
    """Write `index.html` and the pages' pictures; papers with misses come first. The path of the index."""
    folder.mkdir(parents=True, exist_ok=True)
    ordered = sorted(entries, key=lambda entry: (not entry.misses, str(entry.truth.path)))
    parts = [f"<!doctype html><meta charset=utf-8><title>Reading report</title><style>{_STYLE}</style>"]
    wrong = sum(bool(entry.misses) for entry in entries)
    parts.append(f"<h1>{len(entries)} papers, {wrong} with a miss</h1>")
    for number, entry in enumerate(ordered):
        picture = folder / f"{number:04}.jpg"
        picture.write_bytes(entry.page)
        parts += _section(entry, picture.name)
    index = folder / "index.html"
    index.write_text("\n".join(parts), "utf-8")
    return index


def _section(entry: Entry, picture: str) -> Iterator[str]:
    truth = entry.truth
    yield f"<section><h2>{escape(truth.path.parent.name)}/{escape(truth.path.name)} ({escape(truth.quality)})</h2>"
    yield f'<div class=page><img loading=lazy src="{picture}" alt="">'
    if entry.reading:
        for key, each in entry.reading.fields.items():
            yield _frame(key, each, "")
        for number, item in enumerate(entry.reading.items, 1):
            for key, each in item.items():
                yield _frame(f"{number}" if key in {"name", "description"} else "", each, "line")
    yield "</div><div class=values><table><tr><th>field<th>read<th>truth<th>sure<th>source</tr>"
    yield from _rows(entry)
    yield "</table>"
    yield from _lines(entry)
    yield "<ul>" + "".join(f"<li>{escape(miss)}" for miss in entry.misses) + "</ul></div></section>"


def _rows(entry: Entry) -> Iterator[str]:
    fields = entry.reading.fields if entry.reading else {}
    for key in dict.fromkeys([*entry.truth.fields, *fields]):
        read = fields.get(key, ReadField())
        known = key in entry.truth.fields
        wanted = entry.truth.fields.get(key)
        wrong = known and comparable(key, wanted) != comparable(key, read.value)
        cells = (
            key,
            read.value or "",
            "" if wanted is None else str(wanted),
            f"{read.confidence:.2f}",
            read.source or "",
        )
        yield f"<tr{' class=wrong' if wrong else ''}>" + "".join(f"<td>{escape(cell)}" for cell in cells)


def _lines(entry: Entry) -> Iterator[str]:
    if not entry.reading or not entry.reading.items:
        return
    keys = [
        key for key in entry.reading.items[0] if any(item[key].value for item in entry.reading.items if key in item)
    ]
    yield "<table><tr>" + "".join(f"<th>{escape(key)}" for key in keys)
    for item in entry.reading.items:
        yield "<tr>" + "".join(f"<td>{escape(item.get(key, ReadField()).value or '')}" for key in keys)
    yield "</table>"


def _frame(label: str, read: ReadField, kind: str) -> str:
    if read.box is None or read.page != 0:
        return ""
    place = _style(read.box)
    name = f"<b>{escape(label)}</b>" if label else ""
    return f'<i class="{kind}" style="{place}">{name}</i>'


def _style(box: Box) -> str:
    cx, cy, width, height, angle = box
    return (
        f"left:{100 * (cx - width / 2):.2f}%;top:{100 * (cy - height / 2):.2f}%;"
        f"width:{100 * width:.2f}%;height:{100 * height:.2f}%;transform:rotate({angle}deg)"
    )
