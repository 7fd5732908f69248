"""What was bought, in short: the names beside the amounts of the goods."""

import re
from collections.abc import Iterator, Sequence

from ocr_engine.local.found import Found, source_of
from ocr_engine.local.page import Line, Span, Token
from ocr_engine.local.receipt.labels import kind_of
from ocr_engine.local.receipt.money import money_in
from ocr_engine.local.receipt.sums import Amounts, Goods
from ocr_engine.local.receipt.vocabulary import HEADING
from ocr_engine.local.spelling import fold, repair_letters

_CODE = re.compile(r"[#*]?\d[\d\-/.]*|[A-Z]{2,3}-?\d{4,}|[A-Z]?\d{4,}\w*")
_EDGE = re.compile(r"^[\W\d_]+(?=[A-Za-zÀ-ÿ(])|[\s*:=\-.,x×@]+$")
_LEAST_LETTERS = 3
_MOST_NAMES = 3
_LONGEST = 80
_WEIGHT = 0.6


def find_goods(lines: Sequence[Line], amounts: Amounts, decimal: str) -> list[Found]:
    """The names of the dearest goods as one text, or none where no line of goods has a name."""
    named = list(_named(lines, amounts.goods, decimal))
    dearest = sorted(named, key=lambda pair: -pair[0].amount)[:_MOST_NAMES]
    chosen = [pair for pair in named if pair in dearest]
    if not chosen:
        return []
    text = ", ".join(dict.fromkeys(_clean(span.text) for _, span in chosen))[:_LONGEST].strip(" ,")
    first = chosen[0][1]
    tokens = tuple(token for _, span in chosen for token in span.tokens)
    span = Span(tokens, first.page, first.aspect)
    raw = "\n".join(each.text for _, each in chosen)
    return [
        Found(
            text, raw, _WEIGHT * (0.5 + 0.5 * span.score), span, source_of(lines[chosen[0][0].line]), chosen[0][0].line
        )
    ]


def _named(lines: Sequence[Line], goods: Sequence[Goods], decimal: str) -> Iterator[tuple[Goods, Span]]:
    """Each line of goods with its name: on the line itself, else on the line above that has no amount."""
    taken = -1
    for each in goods:
        own = _name(lines[each.line], decimal)
        if own is None and each.line - 1 > taken and each.line > 0:
            own = _name(lines[each.line - 1], decimal) if not money_in(lines[each.line - 1], decimal) else None
        taken = each.line
        if own is not None and each.amount > 0:
            yield each, own


def _name(line: Line, decimal: str) -> Span | None:
    moneys = money_in(line, decimal)
    end = moneys[0].start if moneys else len(line.text)
    place, words = 0, list[Token]()
    for token in line.tokens:
        if place < end and (words or not _CODE.fullmatch(token.text)):
            words.append(token)
        place += len(token.text) + 1
    while words and not any(map(str.isalpha, words[-1].text)):
        words.pop()
    text = " ".join(word.text for word in words)
    if sum(map(str.isalpha, text)) < _LEAST_LETTERS or kind_of(text) is not None or HEADING.search(fold(text)):
        return None
    return line.span(words)


def _clean(text: str) -> str:
    return repair_letters(_EDGE.sub("", text).strip())
