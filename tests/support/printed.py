"""Lines of text as the reader sees them, laid out from plain strings: a character is 10 wide, a line 20 high."""

from ocr_engine.local.page import Document, Line, Token

CHARACTER = 10.0
HEIGHT = 16.0
PITCH = 22.0
WIDTH = 80 * CHARACTER


def printed(text: str, *, ocr: bool = True) -> tuple[Line, ...]:
    """Lines whose words stand where the characters of the text do; empty lines are gaps."""
    lines = []
    for number, row in enumerate(text.splitlines()):
        tokens, place = [], 0
        for word in row.split():
            place = row.index(word, place)
            tokens.append(_token(word, place * CHARACTER, number * PITCH))
            place += len(word)
        if tokens:
            lines.append(Line(tuple(tokens), 0, 1.5, ocr))
    return tuple(lines)


def document(text: str, *, qr: tuple[str, ...] = ()) -> Document:
    """A document of one page."""
    return Document(printed(text), pages=1, pages_read=1, qr=qr)


def _token(word: str, left: float, top: float) -> Token:
    right = left + len(word) * CHARACTER
    box = ((left + right) / 2 / WIDTH, (top + HEIGHT / 2) / (1.5 * WIDTH), (right - left) / WIDTH, HEIGHT / WIDTH, 0.0)
    return Token(word, left, top, right, top + HEIGHT, 0.99, box)
