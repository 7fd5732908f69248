"""The applicant's name: what stands largest at the top, or behind a label, or is spelt in the e-mail address."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from ocr_engine.local.found import Found, source_of
from ocr_engine.local.page import Line, Span
from ocr_engine.local.spelling import fold

_LABEL = re.compile(
    r"^\W*(?:full ?name|name|nombre(?:s)?(?: y apellidos?| completo)?|nom(?: et prenom)?|vor- und nachname"
    r"|nome(?: completo| e cognome)?|naam|candidate|candidato)\b"
    r"\s*[:.\-]?\s*"
)
_TITLE = re.compile(
    r"^\W*(?:curriculum(?: vitae)?|resume|c\.?v\.?|lebenslauf|hoja de vida|vida laboral|bewerbung"
    r"|bio ?data)\b(?:\s+(?:of|de|von|di|-|–|:|\|)|\s*[-–:|])?\s*"
)
_WORD = re.compile(
    r"(?:[A-ZÀ-Þ][\w'’´`À-ÿ-]*\.?|(?:de|da|do|dos|das|del|la|las|los|van|von|der|den|di|du|le|bin|binti|al|el|y|e|ter|zu)\b|[A-ZÀ-Þ]\.)"
)
_NO_NAME = re.compile(
    r"\b(?:profile|profil|perfil|summary|resumen|objective|objetivo|experience|experiencia|education|educacion"
    r"|formacion|formation|skills?|"
    r"habilidades|competenc\w*|languages?|idiomas?|sprachen|langues|contacts?|contacto|kontakt|personal|details"
    r"|data|datos|about|me|address|"
    r"direccion|adresse|phone|email|mobile|work|employment|history|projects?|certif\w*|references?|referencias"
    r"|hobbies|interests|intereses|"
    r"engineer\w*|ingenier[oa]|developer|desarrollador\w*|manager|gerente|director\w*|analyst|analista|designer"
    r"|disenador\w*|consultant|consultor\w*|"
    r"assistant|asistente|accountant|contador\w*|teacher|profesor\w*|nurse|enfermer[oa]|student|estudiante"
    r"|architect|arquitect[oa]|specialist|"
    r"coordinator|coordinador\w*|technician|tecnico|administrator|administrador\w*|administrative|sales|ventas"
    r"|marketing|software|senior|junior|lead|head|"
    r"officer|executive|intern|trainee|professional|university|universidad|universitat|college|school|colegio"
    r"|street|avenue|road|calle|avenida|"
    r"strasse|rue|city|january|february|march|april|june|july|august|september|october|november|december|present"
    r"|linkedin|github|nationality|"
    r"nacionalidad|date|fecha|birth|nacimiento|page|pagina|gmbh|inc|ltd|llc|s\.a)\b"
)
_HEAD = 14
"""Lines of the first page that a name may stand on without a label."""
_LEAST_WORDS, _MOST_WORDS = 2, 6
_BASE, _LABELLED, _PER_SIZE, _MOST_SIZE = 0.5, 0.4, 0.25, 0.3
_SPELT, _LATER, _FIRST = 0.2, 0.02, 0.08
_SAME_SIZE = 0.25
_LEAST_PART = 3


@dataclass(frozen=True)
class _Cell:
    span: Span
    text: str
    line: int
    height: float


def find_person(lines: Sequence[Line], emails: Sequence[Found]) -> list[Found]:
    """Candidates of the name, with the words that other evidence speaks for first."""
    if not lines:
        return []
    usual = median(line.height for line in lines)
    spelt = fold(emails[0].value.split("@")[0]) if emails else ""
    cells = [cell for index, line in enumerate(lines) if line.page == lines[0].page for cell in _cells(line, index)]
    found = [*_labelled(cells, lines, spelt), *_heads(cells, lines, usual, spelt)]
    return sorted(found, key=lambda each: -each.weight)


def _cells(line: Line, index: int) -> Iterator[_Cell]:
    for span in line.cells():
        heights = sorted(token.height for token in span.tokens)
        yield _Cell(span, span.text, index, heights[len(heights) // 2])


def _labelled(cells: Sequence[_Cell], lines: Sequence[Line], spelt: str) -> Iterator[Found]:
    for place, cell in enumerate(cells):
        hit = _LABEL.match(fold(cell.text))
        if hit is None:
            continue
        rest = cell.text[hit.end() :].strip()
        follower = cells[place + 1] if place + 1 < len(cells) else None
        if _is_name(rest):
            yield _found(rest, cell, lines, _BASE + _LABELLED, spelt)
        elif not rest and follower is not None and _is_name(follower.text):
            yield _found(follower.text, follower, lines, _BASE + _LABELLED, spelt)


def _heads(cells: Sequence[_Cell], lines: Sequence[Line], usual: float, spelt: str) -> Iterator[Found]:
    first = True
    for place, cell in enumerate(cells):
        if cell.line >= _HEAD:
            break
        text, span = cell.text, cell.span
        titled = _TITLE.match(fold(text))
        if titled:
            text = text[titled.end() :].strip(" -–:|,")
        below = cells[place + 1] if place + 1 < len(cells) else None
        if not _is_name(text) and below is not None and _halves(cell, below, usual):
            text, span = f"{text} {below.text}", Span((*span.tokens, *below.span.tokens), span.page, span.aspect)
        if not _is_name(text):
            continue
        size = min(_MOST_SIZE, _PER_SIZE * max(0.0, cell.height / usual - 1))
        weight = _BASE + size + _FIRST * first - _LATER * cell.line
        first = False
        yield _found(text, _Cell(span, text, cell.line, cell.height), lines, weight, spelt)


def _halves(cell: _Cell, below: _Cell, usual: float) -> bool:
    """First names and surnames in large letters on two lines."""
    large = min(cell.height, below.height) > (1 + _SAME_SIZE) * usual
    alike = abs(cell.height - below.height) < _SAME_SIZE * cell.height
    return large and alike and below.line <= cell.line + 1 and _is_name(f"{cell.text} {below.text}")


def _is_name(text: str) -> bool:
    words = text.replace(",", " ").split()
    if not _LEAST_WORDS <= len(words) <= _MOST_WORDS or any(map(str.isdigit, text)) or "@" in text or ":" in text:
        return False
    return all(_WORD.fullmatch(word) for word in words) and _NO_NAME.search(fold(text)) is None


def _found(text: str, cell: _Cell, lines: Sequence[Line], weight: float, spelt: str) -> Found:
    parts = [part for part in re.findall(r"[a-z]+", fold(text)) if len(part) >= _LEAST_PART]
    weight += _SPELT * any(part in spelt for part in parts)
    value = text.strip(" ,.")
    sure = min(weight, 0.97) * (0.6 + 0.4 * cell.span.score)
    return Found(value, cell.span.text, sure, cell.span, source_of(lines[cell.line]), cell.line)
