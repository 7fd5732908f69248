"""Seller and buyer: by labelled blocks, the line above the recipient's window, foot, letterhead and domain."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from ocr_engine.local.found import Found, source_of
from ocr_engine.local.invoice.context import Cell, Paper
from ocr_engine.local.page import Line, Span
from ocr_engine.local.spelling import fold

_SUFFIX = (
    r"(?:\s*/\s*\w+)?(?:\s*\([\w ]+\))?"
    r"(?:\s+(?:details|information|info|address|adresse|daten|data|name|is))?\s*:?\s*$"
)
_SELLER = re.compile(
    r"^\W*(?:verkaufer|rechnungs(?:steller|ersteller|aussteller)|lieferant|leistungserbringer|auftragnehmer"
    r"|absender|seller|vendor|supplier|from|sold by|issued by|issuer|billed by|remit to"
    r"|vendeur|fournisseur|emetteur|emis par|prestataire|vendedor|proveedor|emisor|emitido por|cedente"
    r"|cedente/prestatore|fornitore|mittente|verkoper|leverancier|van|fornecedor|emitente"
    r"|our details|datos del emisor|company details)" + _SUFFIX
)
_BUYER = re.compile(
    r"^\W*(?:(?:abweichender )?(?:kaufer|rechnungsempfanger|leistungsempfanger|kunde|auftraggeber|empfanger)"
    r"|rechnungsadresse|rechnung an|rechnungsanschrift|buyer|customer|client|bill(?:ed|ing)? to"
    r"|invoice(?:d)? to|sold to|to|bill to address|billing address|purchaser|recipient|for"
    r"|acheteur|facture a|adresse (?:de )?facturation|destinataire|adresse a|comprador|cliente|facturar a"
    r"|datos del cliente|receptor|destinatario|cessionario|cessionario/committente|cliente/destinatario"
    r"|spett(?:\.?le|abile)|koper|klant|factuuradres|aan|adquirente"
    r"|exm[oa]s?\.?(?:\s*\(?s\)?)?(?:\s+s(?:r|enhor)(?:es)?\.?)?|issued to|messrs)" + _SUFFIX
)
_OTHER_PARTY = re.compile(
    r"^\W*(?:(?:abweichender )?(?:warenempfanger|zahlungsempfanger)|lieferadresse|lieferanschrift|ship(?:ped"
    r"|ping)? to|deliver(?:y|ed)? (?:to|address)|shipping address|adresse de livraison|livre a|envio"
    r"|direccion de envio|enviar a|indirizzo di spedizione|destinazione|afleveradres"
    r"|sales contact|contact commercial|ansprechpartner|contact|payee)\b.{0,24}:?\s*$"
)
_LEGAL_FORM = re.compile(
    r"(?<![\w])(?:g ?mbh(?: ?& ?co\.? ?kg)?|mbh|ag|kg|ohg|gbr|e\.? ?k\.?|e\.? ?kfm\.?|ug|se|kgaa|partg"
    r"|a\.? ?g\.?|e\.? ?v\.?|inh\.?|inhaber|ltd\.?|limited|llc|l\.l\.c\.|inc\.?|incorporated|corp\.?"
    r"|corporation|plc|llp|lp|pty|co\.|company"
    r"|sarl|s\.a\.r\.l\.?|sas|s\.a\.s\.?|sasu|eurl|sa|s\.a\.?|snc|sci|scop|ei|sl|s\.l\.?|slu|s\.l\.u\.?|sll"
    r"|s\.l\.l\.?|sc|s\.coop\.?|srl|s\.r\.l\.?(?:s\.?)?|spa|s\.p\.a\.?|sas|bv|b\.v\.?|nv|n\.v\.?|vof"
    r"|v\.o\.f\.?|lda\.?|ltda\.?|unipessoal|sdn\.? ?bhd|bhd"
    r"|oy|ab|as|a/s|aps|sp\. ?z ?o\.? ?o\.?|s\.?r\.?o\.?|kft|d\.o\.o\.?|pvt\.?|private limited"
    r"|sociedad anonima|y cia)(?![\w])"
)
_FRENCH_FORM = re.compile(r"\b(sarl|sas|sasu|eurl|sa|snc)\W*$")
_POSTAL = re.compile(
    r"\b(?:[a-z]{1,2}[- ])?\d{4,5}\b(?: ?[a-z]{2})?\s+[a-z]|\b[a-z]{1,2}\d{1,2}[a-z]? ?\d[a-z]{2}\b"
    r"|,\s?[a-z]{2} \d{5}\b"
)
_STREET = re.compile(
    r"\w*(?:stra(?:ss|ß)e|str\.|weg|gasse|platz|allee|ufer|ring|damm|promenade)\b|\b(?:rue|avenue|av\."
    r"|boulevard|bd|chemin|route|place|impasse|allee|calle|c/|avda|plaza|paseo|carrer|camino|via|viale|piazza"
    r"|corso|straat|laan|weg|plein|street|st\.?|road|rd|lane|drive|ave|suite|floor|p\.? ?o\.? box|postfach|rua"
    r"|largo|travessa)\b"
)
_NOT_A_NAME = re.compile(
    r"^(?:gln|lief-?\s?nr|nummer|globale? (?:nummer|number|nr|id)|handelsname|anwendungsempfehlung|steuer|ust"
    r"|umsatz|u st|vat|tva|iva|btw|tax|siret|siren|tel|fon|phone|fax|mobil|e-?mail|mail|web|www|http|iban|bic"
    r"|kontakt|ansprech|attn|z\.? ?hd|c/o|name:?$|anschrift|adresse|address|id|ref|kunden|customer|client"
    r"|abteilung|hrb|amtsgericht"
    r"|gerichtsstand|geschaftsf|bank|kto|konto|blz|datum|date|seite|page|rechnung|invoice|facture|factura"
    r"|gutschrift|telefon|nif|cif|rcs|ape|p\.? iva|partita|cod|c\.?f|mwst|weee?|eori|duns|n[°o]\.?)\b|@|^\W*$"
    r"|^\d[\d\s./-]*$|^\(c\)|^copyright"
)
_PERSON = re.compile(
    r"^(?:herrn?|frau|mr|mrs|ms|dr|monsieur|madame|mme|m\.|sr|sra|sig|dhr|mevr|familie|firma)\b\.?\s*$"
    r"|^(?:herrn?|frau|mr|mrs|ms|monsieur|madame|mme|dhr|mevr)\.?\s+\w"
)
_SEPARATOR = re.compile(r"\s*[●•·|‧∙◦▪■]\s*|\s+[-–—*]\s+|\s*,\s+")
_FOOT = re.compile(
    r"geschaftsfuhr|managing director|handelsregister|amtsgericht|registergericht|\bhrb\b|\bhra\b|vorstand"
    r"|company (?:no|reg)|registered (?:in|office)|siret|siren|rcs|capital|registro mercantil|cod\.? fisc"
    r"|reg\. imp|\bkvk\b|capitale sociale|gerente|sitz der gesellschaft|chamber of commerce"
)
_HOLDER = re.compile(
    r"\b(?:kontoinhaber|kontoname|account (?:holder|name)|beneficiary|payee|titulaire|titular|intestatario"
    r"|tenaamstelling|t\.?n\.?v\.?|payable to|inhaber des kontos|zahlungsempfanger)\b[\s:]*"
)
_TITLE_WORDS = re.compile(
    r"^(?:.{0,20}(?:rechnung|invoice|facture|factura|fattura|factuur|fatura|gutschrift|credit note|avoir"
    r"|quittung|receipt|beleg|statement|bill|original|kopie|copy|duplicate|seite|page|stylesheet|beispiel"
    r"|version|currency|wahrung|bill|tax)\b.*)$"
)
_BANK = re.compile(r"\b(?:\w*banka?|\w*sparkasse|banque|banco|banca|caixa\w*|credit agricole|postfinance|treasury)\b")
"""The paper's bank stands beside the seller's name more often than it sells."""
_BLOCK_LINES = 8
_LONGEST_NAME = 60
_LETTERHEAD = 0.3
"""Share of the first page that a letterhead takes."""


@dataclass(frozen=True)
class Name:
    """A party's name and where it stands."""

    text: str
    span: Span
    line: int


@dataclass
class _Weighed:
    name: Name
    weight: float
    reasons: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Block:
    """A party's block: the cells below its label, and the name among them."""

    label: Cell
    cells: tuple[Cell, ...]
    name: Name | None


@dataclass(frozen=True)
class Parties:
    """Candidates of seller and buyer, and the lines that their blocks take."""

    sellers: list[Found]
    buyers: list[Found]
    seller_cells: frozenset[tuple[int, int]]
    buyer_cells: frozenset[tuple[int, int]]


def find_parties(paper: Paper, domains: Sequence[str]) -> Parties:
    """Seller and buyer; `domains` are those of e-mail and web addresses on the paper."""
    sellers = [_block(cell, paper) for cell in paper.cells() if _SELLER.match(cell.folded)]
    buyers = [_block(cell, paper) for cell in paper.cells() if _BUYER.match(cell.folded)]
    buyer_names = [block.name for block in buyers if block.name]
    window = None if buyer_names else _window(paper, sellers)
    buyer_names += [window] if window else []
    weighed = _weigh(paper, sellers, buyer_names, domains)
    if not buyer_names and weighed:
        others = [name for name in _addressed(paper) if not _same(name.text, weighed[0].name.text)]
        buyer_names += others[:1]
    return Parties(
        [_found(each.name, each.weight, paper) for each in weighed],
        [_found(name, 0.85 - 0.05 * place, paper) for place, name in enumerate(buyer_names)],
        frozenset((cell.line, cell.order) for block in sellers for cell in block.cells),
        frozenset((cell.line, cell.order) for block in buyers for cell in block.cells),
    )


def _weigh(paper: Paper, sellers: Sequence[Block], buyers: Sequence[Name], domains: Sequence[str]) -> list[_Weighed]:
    weighed: list[_Weighed] = []
    for name, weight, reason in _candidates(paper, sellers):
        same = next((each for each in weighed if _same(each.name.text, name.text)), None)
        if same is None:
            weighed.append(_Weighed(name, weight, {reason}))
        elif reason not in same.reasons:
            same.reasons.add(reason)
            same.weight = max(same.weight, weight) + 0.08
    for each in weighed:
        if any(_same(each.name.text, buyer.text) for buyer in buyers):
            each.weight -= 0.6
        if _LEGAL_FORM.search(fold(each.name.text)):
            each.weight += 0.1
        if _BANK.search(fold(each.name.text)):
            each.weight -= 0.25
        if any(_of_domain(each.name.text, domain) for domain in domains):
            each.weight += 0.12
    best = sorted(weighed, key=lambda each: -each.weight)
    bare = _without_stated_form(best[0].name, paper) if best else None
    return [_Weighed(bare, best[0].weight), *best] if bare else best


def _without_stated_form(name: Name, paper: Paper) -> Name | None:
    """A French name without the form that the paper states by itself.

    It must stand beside the name together with the capital (Code de commerce, R123-238) and is no part of it.
    """
    hit = _FRENCH_FORM.search(fold(name.text))
    if hit is None or hit.start() == 0:
        return None
    stated = re.compile(rf"\b{re.escape(hit[1])}\W+(?:unipersonnelle )?au capital")
    if not any(stated.search(cell.folded) for cell in paper.cells()):
        return None
    return Name(name.text[: hit.start()].strip(" ,-"), name.span, name.line)


def _candidates(paper: Paper, sellers: Sequence[Block]) -> Iterator[tuple[Name, float, str]]:
    for place, block in enumerate(sellers):
        if block.name:
            yield block.name, 0.8 - 0.05 * place, "label"
    yield from ((name, 0.6, "sender") for name in _senders(paper))
    yield from ((name, 0.5, "foot") for name in _foot(paper))
    yield from ((name, 0.45, "head") for name in _letterhead(paper))
    yield from ((name, 0.35, "holder") for name in _holders(paper))


def _block(label: Cell, paper: Paper) -> Block:
    """The cells under a label, down to a gap or another label; a `Name:` among them is the name."""
    cells: list[Cell] = []
    height, before = paper.lines[label.line].height, paper.lines[label.line]
    for index in range(label.line + 1, min(label.line + 1 + 2 * _BLOCK_LINES, len(paper.lines))):
        line = paper.lines[index]
        if line.page != before.page or line.middle - before.middle > 3.2 * max(height, line.height):
            break
        own = [
            cell
            for cell in paper.rows[index]
            if label.span.left - 2 * height <= cell.span.left <= label.span.left + max(4 * height, 1)
        ]
        if not own:
            continue
        if any(_is_label(cell) for cell in own) or len(cells) > 2 * _BLOCK_LINES:
            break
        cells += own
        cells += [cell for cell in paper.rows[index] if cell not in own and own[0].folded.rstrip().endswith(":")][:1]
        before = line
    return Block(label, tuple(cells), _name_of(cells, paper))


def _is_label(cell: Cell) -> bool:
    return any(pattern.match(cell.folded) for pattern in (_SELLER, _BUYER, _OTHER_PARTY))


def _name_of(cells: Sequence[Cell], paper: Paper) -> Name | None:
    """The name in a block: labelled, else the first line that is one, with its second line where it has two."""
    for place, cell in enumerate(cells):
        hit = re.match(
            r"^(?:name|firma|company|nom|nombre|razon social|ragione sociale|naam|nome|denominazione)\s*:\s*",
            cell.folded,
        )
        if hit is None:
            continue
        if hit.end() < len(cell.folded):
            return Name(cell.span.text[hit.end() :].strip(), cell.span, cell.line)
        if place + 1 < len(cells) and cells[place + 1].line == cell.line:
            return _widened(cells[place + 1], paper)
    for place, cell in enumerate(cells):
        if (
            not _may_name(cell)
            or _STREET.search(cell.folded)
            or _POSTAL.search(cell.folded)
            or _PERSON.match(cell.folded)
        ):
            continue
        following = cells[place + 1] if place + 1 < len(cells) else None
        return _joined(cell, following)
    return None


def _widened(value: Cell, paper: Paper) -> Name:
    """A labelled name with the line above it, where the label stands at the height of the second."""
    if value.line > 0:
        above = [cell for cell in paper.rows[value.line - 1] if abs(cell.span.left - value.span.left) < 2]  # noqa: PLR2004 - points
        near = paper.lines[value.line].middle - paper.lines[value.line - 1].middle
        if above and near < 1.4 * paper.lines[value.line].height and len(paper.rows[value.line - 1]) == 1:
            return _joined(above[0], value)
    return Name(value.span.text.strip(), value.span, value.line)


def _joined(first: Cell, second: Cell | None) -> Name:
    """A name over two lines: the second ends it with the company's form, or the first is left open."""
    open_end = first.folded.rstrip().endswith(("&", ",", "-", " und", " and", " y", " et"))
    follows = (
        second is not None
        and not _STREET.search(second.folded)
        and not _POSTAL.search(second.folded)
        and _may_name(second)
        and (open_end or (bool(_LEGAL_FORM.search(second.folded)) and not _LEGAL_FORM.search(first.folded)))
    )
    if follows and second is not None:
        span = Span(first.span.tokens + second.span.tokens, first.span.page, first.span.aspect)
        return Name(f"{first.span.text} {second.span.text}".strip(), span, first.line)
    return Name(first.span.text.strip(), first.span, first.line)


def _may_name(cell: Cell) -> bool:
    letters = sum(map(str.isalpha, cell.folded))
    return letters > 2 and not _NOT_A_NAME.search(cell.folded.strip()) and len(cell.folded) < 90  # noqa: PLR2004


def _senders(paper: Paper) -> Iterator[Name]:
    """The name in a line of name, street and town: the sender above a recipient's window, a letterhead."""
    for cell in paper.cells():
        parts = [part for part in _SEPARATOR.split(cell.span.text) if part]
        if len(parts) < 3 or not _POSTAL.search(cell.folded):  # noqa: PLR2004 - name, street, town
            continue
        first = parts[0].strip()
        places = (_NOT_A_NAME, _POSTAL, _STREET)
        if sum(map(str.isalpha, first)) > 2 and not any(place.search(fold(first)) for place in places):  # noqa: PLR2004
            yield Name(first, cell.span, cell.line)


def _foot(paper: Paper) -> Iterator[Name]:
    """The first line of a block that speaks of register, directors or capital."""
    for cell in paper.cells():
        if not _FOOT.search(cell.folded):
            continue
        page = paper.lines[cell.line].page
        names = [
            other
            for index in range(max(0, cell.line - _BLOCK_LINES), cell.line + 1)
            if paper.lines[index].page == page
            for other in paper.rows[index]
            if _may_name(other) and _LEGAL_FORM.search(other.folded) and not _FOOT.search(other.folded)
        ]
        short = next((other for other in names if len(other.folded) < _LONGEST_NAME), None)
        if short is not None:
            yield Name(short.span.text.strip(), short.span, short.line)


def _letterhead(paper: Paper) -> Iterator[Name]:
    """Names at the top of the first page: with a company's form, or the first line there."""
    first = True
    for cell in paper.cells():
        line = paper.lines[cell.line]
        if line.page or line.tokens[0].box[1] > _LETTERHEAD:
            return
        if not _may_name(cell) or _TITLE_WORDS.match(cell.folded) or _is_label(cell):
            continue
        if cell.folded.rstrip().endswith(":") or _POSTAL.search(cell.folded) or _PERSON.match(cell.folded):
            continue
        if (first or _LEGAL_FORM.search(cell.folded)) and len(_SEPARATOR.split(cell.span.text)) < 3:  # noqa: PLR2004
            below = paper.rows[cell.line + 1] if cell.line + 1 < len(paper.rows) else ()
            following = next((o for o in below if abs(o.span.left - cell.span.left) < line.height), None)
            yield _joined(cell, following)
        first = False


def _holders(paper: Paper) -> Iterator[Name]:
    for cell in paper.cells():
        hit = _HOLDER.search(cell.folded)
        if hit is None:
            continue
        rest = cell.span.text[hit.end() :].strip(" :")
        row = paper.rows[cell.line]
        if not rest and cell.order + 1 < len(row):
            cell = row[cell.order + 1]  # noqa: PLW2901 - the value stands beside its label
            rest = cell.span.text.strip(" :")
        if sum(map(str.isalpha, rest)) > 2:  # noqa: PLR2004 - no name
            yield Name(rest, cell.span, cell.line)


def _window(paper: Paper, sellers: Sequence[Block]) -> Name | None:
    """The recipient in the window of the envelope: the block under the sender's line, or one with a salutation."""
    taken = {(cell.line, cell.order) for block in sellers for cell in block.cells}
    for cell in paper.cells():
        line = paper.lines[cell.line]
        if line.page or line.tokens[0].box[1] > 0.45:  # noqa: PLR2004 - a window is in the upper half
            return None
        if (cell.line, cell.order) in taken:
            continue
        sender = len(_SEPARATOR.split(cell.span.text)) > 2 and _POSTAL.search(cell.folded)  # noqa: PLR2004
        salutation = _PERSON.match(cell.folded)
        if not sender and not salutation:
            continue
        below = [
            other
            for index in range(cell.line + 1, min(cell.line + 4, len(paper.rows)))
            for other in paper.rows[index]
            if abs(other.span.left - cell.span.left) < 6 * line.height
        ]
        name = next(
            (other for other in below if _may_name(other) and not _PERSON.fullmatch(other.folded.strip())), None
        )
        if name is not None and not _TITLE_WORDS.match(name.folded):
            return Name(name.span.text.strip(), name.span, name.line)
    return None


def _addressed(paper: Paper) -> Iterator[Name]:
    """The first lines of the blocks in the upper half of the first page that end in a town with its postal code."""
    for cell in paper.cells():
        line = paper.lines[cell.line]
        if line.page or line.tokens[0].box[1] > 0.45:  # noqa: PLR2004 - below are no addresses
            return
        if not _POSTAL.search(cell.folded):
            continue
        top = cell
        for index in range(cell.line - 1, max(-1, cell.line - 5), -1):
            near = paper.lines[index + 1].middle - paper.lines[index].middle < 2 * line.height
            above = [other for other in paper.rows[index] if abs(other.span.left - cell.span.left) < line.height]
            if not above and near:
                continue
            if not above or not near or not _may_name(above[0]):
                break
            top = above[0]
        if top is not cell and not _STREET.search(top.folded) and not _PERSON.fullmatch(top.folded.strip()):
            yield Name(top.span.text.strip(), top.span, top.line)


def _same(one: str, other: str) -> bool:
    a, b = (re.sub(r"[^a-z0-9]", "", fold(text)) for text in (one, other))
    return bool(a) and (a == b or fuzz.ratio(a, b) >= 92)  # noqa: PLR2004 - a letter apart


def _of_domain(name: str, domain: str) -> bool:
    host = re.sub(r"^(?:https?://)?(?:www\.)?", "", domain.lower()).split("/")[0].rpartition("@")[2]
    label = re.sub(r"[^a-z0-9]", "", host.rpartition(".")[0])
    plain = re.sub(r"[^a-z0-9]", "", _LEGAL_FORM.sub("", fold(name)))
    if len(label) < 4 or len(plain) < 3:  # noqa: PLR2004 - too short to compare
        return False
    return label in plain or plain in label or fuzz.ratio(label, plain) > 80  # noqa: PLR2004


def _found(name: Name, weight: float, paper: Paper) -> Found:
    line: Line = paper.lines[name.line]
    sure = min(max(weight, 0.05), 0.97) * (0.5 + 0.5 * name.span.score)
    return Found(name.text, name.span.text, sure, name.span, source_of(line), name.line)
