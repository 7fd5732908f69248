"""The invoice's dates told apart: issue, due, delivery; day and month by the document's own vote."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr_engine.local.dates import find_dates, month_comes_first
from ocr_engine.local.found import Found, source_of
from ocr_engine.local.invoice.context import same_column
from ocr_engine.local.page import Line
from ocr_engine.local.paper import Cell, Paper, part_of

_DUE = re.compile(
    r"fallig|remit (?:until|by)|zahlbar|zu zahlen bis|uberweisen sie|zahlungsziel|due|pay(?:able)? (?:by|before|until)"
    r"|payment (?:date|by)|echeance|a payer avant|date limite"
    r"|vencimiento|vence|pagar antes|scadenza|entro il|verval|uiterste|te betalen (?:voor|binnen)"
    r"|data de vencimento|validade"
)
_OTHER = re.compile(
    r"liefer|leistung|deliver|shipp|supply|livraison|entrega|consegna|levering|bestell|\border|commande|pedido"
    r"|auftrag|abbuch|eingezogen|lastschrift|skonto"
    r"|periode?|zeitraum|period|von .* bis|gultig|valid|version|stand|print|druck|geburt|birth|vertrag"
    r"|contract|cod(?:e|ex)list|stylesheet|bezahlt am|paid|"
    r"zahlung|payment|paiement|pago|ubergabe|ruckgabe|fahrt|service date|tax point|abrechnung|zwischen"
    r"|rechnung gemass|lieferschein|accept"
)
_ISSUED = re.compile(
    r"(?:rechnungs|beleg|ausstellungs|gutschrifts|dokument\w*|erstell\w*)-?\s?dat|dat\w+ der rechnung"
    r"|(?:invoice|bill|issue|tax|document|credit \w+|billing)\s?dat|dat\w* (?:of )?(?:invoice|issue)"
    r"|invoiced? on|date (?:de |d')?(?:la )?(?:factur|emission|avoir)|facture(?:e)? (?:du|le)|emise? le"
    r"|fecha (?:de )?(?:la )?(?:factura|emision|expedicion)|data (?:della )?(?:fattura|emissione|documento"
    r"|doc)"
    r"|factuurdatum|data (?:da )?(?:fatura|emissao)|dated"
)
_TITLE = re.compile(
    r"(?:rechnung|gutschrift|korrektur|invoice|credit note|facture|avoir|factura|fattura|factuur|fatura|beleg"
    r"|nr|nota)\b.*(?:\b(?:vom|von|dated|du|del|de|of|van|di|from|le)\b|[,:])\s*$"
)
_PLAIN = re.compile(r"^(?:\W*)(?:datum|date|fecha|data|tag)\b\W*$|\b(?:den|datum|date|fecha|data|le)\b[\s:,.]*$")
_AMERICAN = re.compile(r"\b[A-Z][a-z]+,? [A-Z]{2} \d{5}(?:-\d{4})?\b")
"""Town, state and ZIP code."""
_OTHER_ORDER = 0.3
"""Share of its weight that a date has with day and month the other way round: a candidate, hardly ever chosen. With
points between, the day always comes first."""
_ISSUE_WEIGHT, _TITLE_WEIGHT, _PLAIN_WEIGHT, _BARE_WEIGHT, _OTHER_WEIGHT = 0.97, 0.95, 0.85, 0.6, 0.15


@dataclass(frozen=True)
class Dates:
    """Candidates of both dates."""

    issued: list[Found]
    due: list[Found]


def find_invoice_dates(paper: Paper) -> Dates:
    """Every date of the paper, weighed by the words before it."""
    month_first = _month_first(paper.lines)
    issued: list[Found] = []
    due: list[Found] = []
    for cell in paper.cells():
        text = cell.span.text
        # `August 3 , 2014`; as long as before, so that places hold.
        for date in find_dates(text.replace(" ,", ", "), month_first=month_first):
            weight, is_due = _weight(cell, date.start, paper)
            span = part_of(cell.span, date.start, date.end)
            raw = text[date.start : date.end].strip()
            sure = (weight - 0.0015 * min(cell.line, 80)) * (0.5 + 0.5 * span.score)
            found = Found(
                date.value.isoformat(), raw, max(sure, 0.05), span, source_of(paper.lines[cell.line]), cell.line
            )
            found_here = [found]
            if date.other is not None and "." not in raw:
                found_here.append(replace(found, value=date.other.isoformat(), weight=_OTHER_ORDER * found.weight))
            (due if is_due else issued).extend(found_here)
    return Dates(issued, due)


def _month_first(lines: Sequence[Line]) -> bool:
    """Whether the document writes the month before the day: its dates say so, or else an American address does."""
    voted = month_comes_first(line.text for line in lines)
    return voted if voted is not None else any(_AMERICAN.search(line.text) for line in lines)


def _weight(cell: Cell, start: int, paper: Paper) -> tuple[float, bool]:
    """How surely a date is the issue's, and whether it is when payment is due: by the words before or above it."""
    own = cell.folded[:start]
    labels = [(1.0, own)] if own.strip(" :.,") else []
    row = paper.rows[cell.line]
    before = [other.folded for other in row[: cell.order]]
    if not labels:
        text = " ".join(before[-2:])
        if text.strip(" :"):
            labels.append((0.98, before[-1] if before[-1].strip(" :") else text))
        labels += [(0.9, other.folded) for other in _above(cell, paper)]
    for share, label in labels:
        if _DUE.search(label):
            return 0.9 * share, True
        if _ISSUED.search(label):
            return _ISSUE_WEIGHT * share, False
        if _OTHER.search(label) and not _TITLE.search(label):
            return _OTHER_WEIGHT, False
        if _TITLE.search(label):
            return _TITLE_WEIGHT * share, False
        if _PLAIN.search(label):
            return _PLAIN_WEIGHT * share, False
    long = len(own.split()) > 4  # noqa: PLR2004 - in a sentence
    return (0.35 if long else _BARE_WEIGHT), False


def _above(cell: Cell, paper: Paper) -> list[Cell]:
    if cell.line == 0:
        return []
    line, before = paper.lines[cell.line], paper.lines[cell.line - 1]
    if before.page != line.page or line.middle - before.middle > 2.3 * max(line.height, before.height):
        return []
    return [other for other in paper.rows[cell.line - 1] if same_column(other.span, cell.span)]
