"""The printed CUFE: 66 characters, often broken over two lines, whole only when its check digit holds."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ocr_engine.local.found import Found, source_of
from ocr_engine.local.page import Line, Span
from shared.panama import CUFE_LENGTH, Cufe, cufe_in_url, parse_cufe

_START = re.compile(r"F[E3F][O0-9]{3}", re.IGNORECASE)
_PIECE = re.compile(r"[0-9A-Z-]{4,66}", re.IGNORECASE)
_TAIL = 16
"""Point 3, emission 2, environment 1, security 9, check digit 1."""
_MAX_PIECES = 4
_FEWEST = 56
_VERIFIED = 0.97
_REBUILT = 0.9


def printed_cufes(lines: Sequence[Line]) -> list[Found]:
    """CUFEs on the paper whose check digit holds, and as a weak candidate one that was misread."""
    found: list[Found] = []
    for text, span, at in _runs(lines):
        for candidate in _spellings(text):
            cufe = parse_cufe(candidate[:CUFE_LENGTH])
            if cufe is not None:
                found.append(Found(cufe.text, text, _VERIFIED, span, source_of(lines[at]), at))
                break
        else:
            if len(text) >= _FEWEST:
                found.append(Found(text[:CUFE_LENGTH], text, 0.2, span, source_of(lines[at]), at))
    for index, line in enumerate(lines):
        for token in line.tokens:
            whole = cufe_in_url(token.text)
            if whole:
                found.append(Found(whole, token.text, _VERIFIED, line.span([token]), source_of(line), index))
    return found


def rebuilt_cufe(misread: Found, ruc: str, dv: str, number: str, date: str) -> Found | None:
    """A misread CUFE set right from the paper's own RUC, DV, number and date; None unless the check digit then holds.

    Only branch, billing point and security code are taken from the misread text, so a wrong guess fails the check.
    """
    text = misread.raw.upper().replace("O", "0")
    day = date.replace("-", "")
    if len(number) > 10 or not number.isdigit():  # noqa: PLR2004 - the CUFE's own width
        return None
    place = text.rfind(day, 0, -_TAIL)
    if place < 4 or len(text) < _FEWEST:  # noqa: PLR2004 - the branch before it
        return None
    person = "1" if re.match(r"(?:\d{1,2})?(?:[A-Z]|-\d|-NT)|(?:[1-9]|1[0-3])-", ruc) else "2"
    branch, tail = text[place - 4 : place], text[-_TAIL:]
    for kind in (person, "1", "2"):
        built = f"FE{text[2:4]}{kind}{ruc.zfill(20)}-{dv}{branch}{day}{number.zfill(10)}{tail}"
        cufe: Cufe | None = parse_cufe(built)
        if cufe is not None:
            return Found(cufe.text, misread.raw, _REBUILT, misread.span, misread.source, misread.line)
    return None


def _runs(lines: Sequence[Line]) -> Iterator[tuple[str, Span, int]]:
    """Texts that begin like a CUFE, with the pieces that follow beside and below."""
    for index, line in enumerate(lines):
        for place, token in enumerate(line.tokens):
            hit = _START.search(token.text)
            if hit is None or not _PIECE.fullmatch(token.text[hit.start() :]):
                continue
            text, tokens = token.text[hit.start() :], [token]
            pieces = [
                *line.tokens[place + 1 :],
                *(each for other in lines[index + 1 : index + _MAX_PIECES] for each in other.tokens),
            ]
            for before, piece in pairwise([token, *pieces]):
                if len(text) >= CUFE_LENGTH or not _PIECE.fullmatch(piece.text) or not re.search(r"\d{4}", piece.text):
                    break
                if piece.left > before.right + 3 * piece.height:
                    continue
                text += piece.text
                tokens.append(piece)
            yield text.upper(), Span(tuple(tokens), line.page, line.aspect), index


def _spellings(text: str) -> Iterator[str]:
    """The text, and the text with letters read for digits set right outside the RUC."""
    yield text
    fixed = "FE" + text[2:].replace("O", "0").replace("I", "1").replace("L", "1").replace("S", "5").replace("B", "8")
    yield fixed
