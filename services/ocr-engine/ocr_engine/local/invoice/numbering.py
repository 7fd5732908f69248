"""The invoice's own number, told from all the other numbers of the paper; purchase orders; the payment's reference."""

import re

from ocr_engine.local.dates import find_dates
from ocr_engine.local.found import Found, source_of
from ocr_engine.local.invoice.context import Value, after
from ocr_engine.local.paper import Cell, Paper, part_of

_PAPER = (
    r"(?:(?:handels|waren|miet|kosten|sammel|schluss|abschlags|teil|beitrags|monats|korrektur|storno"
    r"|honorar)?rechnungs?(?:korrektur|beleg)?"
    r"|gutschrifts?|quittungs?|(?:sales |tax |commercial |proforma |pro forma )?invoice|inv(?![-/]?\w)|bill"
    r"|credit (?:note|memo)|creditnote"
    r"|(?:la )?factures?|fact|avoir|note de credit|factura|fra|abono|nota de credito|factura rectificativa"
    r"|rectificativa"
    r"|fattura|nota di credito|parcella|factuur|creditnota|creditfactuur|fatura|fatura recibo|nota fiscal)"
)
_NUMBER_WORD = r"(?:n(?:umm?e?ro?|ummer|r|o|um|umber|uméro)?\b\.?|no\.?|#|id\b|code\b|nummer\b|num\.?)"
_SPECIFIED = r"(?:\s*\(\d{1,4}\))?(?:\s+(?:des versicherers|fiscal|electronica|simplificada|recibo|ordinaria))?"
_LABELS: tuple[tuple[float, re.Pattern[str]], ...] = (
    (0.97, re.compile(rf"\b{_PAPER}[\s.-]{{0,3}}{_NUMBER_WORD}\s*[.:#]*")),
    (
        0.97,
        re.compile(
            rf"\b(?:n(?:umero|um|r|o|°)?|number|nummer|num)\.?\s*(?:(?:de|del|della|di|da|of|van)\s+)?(?:la\s+"
            rf"|the\s+)?{_PAPER}\b"
        ),
    ),
    (0.95, re.compile(rf"^\s*{_PAPER}(?:\s+[\w()/.-]+){{0,4}}?\s+{_NUMBER_WORD}\s*[.:#]*")),
    (
        0.8,
        re.compile(
            r"\b(?:beleg|dokument(?:en)?|document|documento|docket|receipt|voucher|reference de la facture)[\s.-]{0,3}"
            + _NUMBER_WORD
        ),
    ),
    (
        0.78,
        re.compile(
            r"\b(?:belegnummer|dokumentennummer|rgnr|rg\.?-?\s?nr|re\.?-?\s?nr|rech\.?-?\s?nr|fra\.? n"
            r"|our reference|invoice ref(?:erence)?)\b\.?"
        ),
    ),
    (0.75, re.compile(rf"^\s*(?:\w+\s+)?{_PAPER}{_SPECIFIED}\s*[:#-]*\s*(?=[a-z]{{0,5}}[-/ ]?\d)")),
    (0.5, re.compile(r"^\s*(?:n[or]?|nr|number|numero|nummer|num)\s?[.:°#]+")),
    (0.8, re.compile(r"\b(?:numero|number|nr|no|n°)\.? (?:del? )?(?:documento?|beleg|doc)\b\s*[.:]*")),
    (0.35, re.compile(r"^\s*(?:ref(?:erence|erenz)?|referencia|unser zeichen)\b[.:]*")),
)
_OTHER = re.compile(
    r"kund|customer|client|\border|bestell|liefer|deliver|auftrag|\bvat\b|\bust\b|steuer|tax (?:id|no|reg)"
    r"|account|konto|projekt|project"
    r"|commande|pedido|albaran|ordine|\bddt\b|klant|debitor|telefon|\btel\b|\bfax\b|original|ursprung|liee"
    r"|rectificad|relat|against|handelsregister"
    r"|register|vertrag|contract|contrat|contrato|mandat|policy|\biban\b|\bsiret\b|\bsiren\b|gln|lief|partita"
    r"|p\.? ?iva|c\.? ?f\.?\b|cif\b|nif\b|licen"
    r"|bei zahlung|page|seite|quote|offer|angebot|devis|job|\bpo\b|purchase|shipment|tracking|kassen|meter"
    r"|zahler|abn\b|company (?:no|reg)|phone|cheque"
    r"|check no|date|datum|fecha|linked|previous|vorherige|bezug"
)
_VALUE = re.compile(
    r"[a-z]{0,6}[ ]?[a-z]{0,3}[-/.]?\d[\w]*(?:[-/._][\w]+)*|[a-z]+(?:[-/._][a-z0-9]+)*[-/._]?\d[\w./-]*", re.IGNORECASE
)
_LONGEST = 30
_FEW_DIGITS = 2
_ORDER = re.compile(
    r"\b(?:bestell(?:ung|nummer|nr|[- ]?nr|[- ]?nummer|referenz)?(?:snummer)?|purchase order|customer order"
    r"|your order|order|p\.?o\.?|commande|bon de commande"
    r"|(?:su )?pedido|orden de compra|ordine(?: d'acquisto)?|bestelnummer|inkooporder|ihre bestellung"
    r"|client order|encomenda|your reference|votre reference|su referencia)"
    r"\b(?![-/]?\d)[\s.-]*(?:n(?:ummer|umber|umero|r|o)?\b\.?|num\.?|#|id\b)?\s*[.:°#]*"
)
_NO_ORDER = re.compile(r"dat(?:e|um)|\bof\b|fecha|conditions|gemaess|gemass|bestelldatum|terms")
_REFERENCE = re.compile(
    r"\b(?:communication(?: for your payment)?|zahlungsreferenz|verwendungszweck"
    r"|referenz \(bei zahlung angeben\)|payment ref(?:erence)?"
    r"|remittance (?:ref(?:erence)?|info)|reference de paiement"
    r"|reference (?:du )?virement|referencia de pago|concepto de pago|causale|betalingskenmerk"
    r"|betalingsreferentie|kid|structured communication|gestructureerde mededeling"
    r"|communication structuree|referencia para pagamento|esr|qr-?referenz|kassenzeichen|please quote)\b\s*[.:]*"
)
_STRUCTURED = re.compile(r"\+{3}\s?\d{3}/\d{4}/\d{5}\s?\+{3}")
_RF = re.compile(r"\bRF\d{2}(?:\s?[A-Z0-9]{1,4}){1,6}\b")


def find_numbers(paper: Paper) -> list[Found]:
    """Candidates of the invoice's number."""
    found: list[Found] = []
    for cell in paper.cells():
        for weight, pattern in _LABELS:
            label = pattern.search(cell.folded)
            if label is None:
                continue
            before = cell.folded[: label.end()]
            if _OTHER.search(re.sub(_PAPER, " ", before)):
                break
            one = _value(cell, label.end(), weight, paper)
            if one is not None:
                found.append(one)
                break
    return found


def find_orders(paper: Paper) -> list[Found]:
    """Numbers of purchase orders."""
    found: dict[str, Found] = {}
    for cell in paper.cells():
        label = _ORDER.search(cell.folded)
        if label is None or label.start() > 12 or _NO_ORDER.search(cell.folded[: label.end() + 6]):  # noqa: PLR2004 - in a sentence
            continue
        one = _value(cell, label.end(), 0.8, paper)
        if one is not None:
            found.setdefault(one.value, one)
    return list(found.values())


def find_references(paper: Paper) -> list[Found]:
    """References that the payer is to name."""
    found: list[Found] = []
    for cell in paper.cells():
        text = cell.span.text
        for pattern, weight in ((_STRUCTURED, 0.95), (_RF, 0.85)):
            for hit in pattern.finditer(text):
                span = part_of(cell.span, *hit.span())
                found.append(Found(hit[0], hit[0], weight, span, source_of(paper.lines[cell.line]), cell.line))
        label = _REFERENCE.search(cell.folded)
        if label is not None:
            one = _value(cell, label.end(), 0.8, paper)
            found += [one] if one else []
    return found


def _value(cell: Cell, end: int, weight: float, paper: Paper) -> Found | None:
    for value in after(cell, end, paper):
        one = _read(value, weight, paper)
        if one is not None:
            return one
        if value.near >= 1.0 and any(map(str.isdigit, value.text)):
            return None
    return None


def _read(value: Value, weight: float, paper: Paper) -> Found | None:
    hit = _VALUE.match(value.text)
    if hit is None:
        return None
    text = hit[0].rstrip(".-/_ ")
    digits = sum(map(str.isdigit, text))
    rest = value.text[hit.end() :].lstrip()
    dated = next(find_dates(value.text[: hit.end() + 8]), None)
    if (dated is not None and dated.start == 0) or len(text) > _LONGEST or rest[:1] in {"%", "€", "$"}:
        return None
    below = value.near < 0.9  # noqa: PLR2004 - under its label
    if below and (digits < _FEW_DIGITS or len(rest.split()) > 1):
        return None
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})*[.,]\d{2}", text):
        return None
    rare = 0.15 if digits < _FEW_DIGITS else 0.0
    span = part_of(value.span, 0, hit.end())
    line = paper.lines[value.line]
    sure = max(0.05, weight * value.near - rare - 0.001 * value.line) * (0.5 + 0.5 * span.score)
    return Found(text, hit[0], sure, span, source_of(line), value.line)
