"""Numbers that prove themselves: VAT ids, IBAN, BIC, routing numbers, Swiss QR-bills; and addresses of the web."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stdnum import bic as bic_rules
from stdnum import iban as iban_rules
from stdnum.ch import uid as swiss_uid
from stdnum.eu import vat as eu_vat
from stdnum.gb import vat as uk_vat
from stdnum.us import rtn

from ocr_engine.local.found import Found, source_of
from ocr_engine.local.page import Span
from ocr_engine.local.paper import Paper, part_of

_PROVED = 0.97
_WELL_FORMED = 0.75
_IBAN = re.compile(r"(?<![A-Z0-9])([A-Z]{2}\s?\d{2}(?:\s?[A-Z0-9]){11,30})(?![A-Z0-9])", re.IGNORECASE)
_BIC = re.compile(r"\b([A-Z]{4}\s?[A-Z]{2}\s?[A-Z0-9]{2}(?:\s?[A-Z0-9]{3})?)\b")
_BIC_LABEL = re.compile(r"\b(?:bic|swift)\b[\s/-]*(?:bic|swift|code|nr)*[\s:./-]*")
_ABA_LABEL = re.compile(r"\b(?:aba|routing|rtn|transit)\b[^\d]{0,30}(\d{9})(?!\d)")
_VAT_LABEL = re.compile(
    r"u\s?st\.?\s?-?\s?id|umsatzsteuer-?\s?id|\bvat\b|\btva\b|\biva\b|\bbtw\b|\bnif\b|\bcif\b|\bnipc\b"
    r"|p\.?\s?iva|partita|tax id|\buid\b|mwst-?\s?nr|\bgstin?\b|\babn\b|\bein\b|\bmva\b|contribuinte"
)
_VAT = re.compile(r"(?<![A-Z0-9])([A-Z]{2}[A-Z]?[\s.-]?[A-Z0-9](?:[\s.-]?[A-Z0-9]){5,13})(?![A-Z0-9])")
_MOST_PARTS = 6
_FEWEST_DIGITS = 7
"""Of the shortest VAT ids."""
_TAX_ID = re.compile(
    r"\b(?:(?:federal )?tax (?:id|no|number|registration)|f?ein|tin|abn|acn|gst(?:/hst)?|hst|gstin|cnpj|cuit|rfc|nit"
    r"|trn|rut|r\.?u\.?c|vat(?: reg(?:istration)?)?|org(?:anisation)?s?\.? ?(?:nr|no|number)|uen)\b"
    r"[\s.:#]*(?:id|no|nr|number|reg\w*)?[\s.:#]*"
)
_TAX_NUMBER = re.compile(r"[A-Z0-9]{1,4}(?:[ ./-]?[A-Z0-9]{1,12}){1,6}")
_LONGEST_TAX_ID = 24
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SITE = re.compile(r"(?:https?://|www\.)[^\s,;)|]+", re.IGNORECASE)
_DOMAIN = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?\.)+"
    r"(?:com|net|org|biz|info|eu|io|shop|de|at|ch|fr|es|it|nl|be|pt|lu|ie|pl|uk|pa|pe|mx|in|us|ca|au|dk|se|no|fi|cz)"
)
"""A web site that is printed without `www`."""
_BARE_SITE, _OWN_SITE = 0.55, 0.7
_QR_BILL = "SPC"
_QR_BILL_LINES = 31
_COUNTRY_NAMES = {
    "DE": "deutschland germany allemagne alemania germania duitsland alemanha",
    "AT": "osterreich austria autriche oostenrijk",
    "CH": "schweiz switzerland suisse suiza svizzera zwitserland suica",
    "FR": "france frankreich francia frankrijk franca",
    "ES": "spanien spain espana espagne spagna spanje espanha",
    "IT": "italien italy italia italie",
    "NL": "niederlande netherlands nederland",
    "BE": "belgien belgium belgique belgie belgica",
    "PT": "portugal portogallo",
    "GB": "england scotland",
    "LU": "luxemburg luxembourg",
    "PA": "panama",
    "PE": "peru",
    "MX": "mexico",
    "CO": "colombia",
    "IN": "india",
    "US": "usa",
    "IE": "irland ireland",
    "PL": "polen poland polska",
}
_BY_NAME = {name: code for code, names in _COUNTRY_NAMES.items() for name in names.split()}
_POSTAL_CODES = {
    "US": re.compile(
        r"\b(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|PR|RI|S[CD]|T[NX]|UT"
        r"|V[AT]|W[AIVY])\.? \d{5}(?:-\d{4})?\b"
    ),
    "CA": re.compile(r"\b[ABCEGHJ-NPR-TVXY]\d[A-Z] ?\d[A-Z]\d\b"),
    "GB": re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b"),
    "NL": re.compile(r"\b[1-9]\d{3} ?[A-Z]{2} [A-Z][a-z]"),
}
_TLD = {"de", "at", "ch", "fr", "es", "it", "nl", "be", "pt", "lu", "ie", "pl", "pa", "pe", "mx", "in", "us", "uk"}


@dataclass(frozen=True)
class VatId:
    """A VAT id on the paper: as the schema wants it, its country, and whether its check digits hold."""

    value: str
    country: str
    span: Span
    line: int
    valid: bool


def is_iban(text: str) -> bool:
    """Whether the check digits hold (ISO 13616, mod 97) and the form is the country's; of banks no list is asked."""
    return bool(iban_rules.is_valid(text, check_country=False))


def find_ibans(paper: Paper) -> list[Found]:
    """IBANs whose check digits hold (mod 97) and whose length is their country's."""
    found = []
    for index, line in enumerate(paper.lines):
        for hit in _IBAN.finditer(line.text):
            compact = re.sub(r"\s", "", hit[1]).upper()
            for length in range(min(len(compact), 34), 14, -1):
                if is_iban(compact[:length]):
                    span = part_of(line.span(), *hit.span(1))
                    found.append(Found(compact[:length], hit[1], _PROVED, span, source_of(line), index))
                    break
    return found


def find_bics(paper: Paper) -> list[Found]:
    """BICs: labelled, or beside an IBAN; one that is both is told by its label."""
    found = []
    for cell in paper.cells():
        label = _BIC_LABEL.search(cell.folded)
        if label is None:
            continue
        row = paper.rows[cell.line]
        texts = [(cell.span, label.end())] + [(other.span, 0) for other in row[cell.order + 1 : cell.order + 2]]
        for span, start in texts:
            hit = _BIC.search(span.text, start)
            if hit and bic_rules.is_valid(hit[1].replace(" ", "")):
                place = part_of(span, *hit.span(1))
                value = hit[1].replace(" ", "")
                found.append(Found(value, hit[1], 0.92, place, source_of(paper.lines[cell.line]), cell.line))
                break
    labelled = {each.value for each in found}
    return [*found, *(each for each in _bics_beside_ibans(paper) if each.value not in labelled)]


def _bics_beside_ibans(paper: Paper) -> Iterator[Found]:
    """Words of a BIC's form, of the IBAN's country, on the line of the IBAN or a line beside it."""
    for iban in find_ibans(paper):
        for index in range(max(0, iban.line - 1), min(len(paper.lines), iban.line + 2)):
            line = paper.lines[index]
            for token in line.tokens:
                text = token.text.strip(".,;:()")
                if text.isupper() and text[4:6] == iban.value[:2] and bic_rules.is_valid(text):
                    yield Found(text, token.text, _WELL_FORMED, line.span([token]), source_of(line), index)


def find_abas(paper: Paper) -> list[Found]:
    """Routing numbers of banks in the United States, labelled, with their check digit."""
    found = []
    for index, line in enumerate(paper.lines):
        hit = _ABA_LABEL.search(" ".join(cell.folded for cell in paper.rows[index]))
        if hit and rtn.is_valid(hit[1]):
            span = line.span([token for token in line.tokens if hit[1] in token.text] or None)
            found.append(Found(hit[1], hit[1], 0.95, span, source_of(line), index))
    return found


def find_vat_ids(paper: Paper) -> list[VatId]:
    """Every VAT id: with its country's letters, or the bare number behind a label."""
    found: dict[tuple[str, int], VatId] = {}
    for index, row in enumerate(paper.rows):
        labelled = any(_VAT_LABEL.search(cell.folded) for cell in row) or (
            index > 0 and any(_VAT_LABEL.search(cell.folded) for cell in paper.rows[index - 1])
        )
        for cell in row:
            for value, country, start, end in _vat_in(cell.span.text, labelled=labelled):
                valid = _valid(value, country)
                found.setdefault((value, index), VatId(value, country, part_of(cell.span, start, end), index, valid))
    return list(found.values())


def find_tax_ids(paper: Paper) -> list[VatId]:
    """Labelled numbers of taxpayers of other countries, as printed (EIN, ABN, GSTIN, RFC, …); none proves itself."""
    found: dict[str, VatId] = {}
    for cell in paper.cells():
        label = _TAX_ID.search(cell.folded)
        if label is None:
            continue
        hit = _TAX_NUMBER.match(cell.span.text, label.end())
        value = hit[0] if hit else ""
        if sum(map(str.isdigit, value)) >= _FEWEST_DIGITS and len(value) <= _LONGEST_TAX_ID and hit:
            value = value.replace(" ", "") if value.replace(" ", "").isdigit() else value
            found.setdefault(value, VatId(value, "", part_of(cell.span, *hit.span()), cell.line, valid=False))
    return list(found.values())


def _vat_in(text: str, *, labelled: bool) -> Iterator[tuple[str, str, int, int]]:
    """VAT ids in a text as (value, country, start, end): the longest run of words that is one."""
    words = list(re.finditer(r"\S+", text))
    first = 0
    while first < len(words):
        for last in range(min(len(words), first + _MOST_PARTS) - 1, first - 1, -1):
            start, end = words[first].start(), words[last].end()
            hit = _VAT.fullmatch(text[start:end].strip("():;,."))
            compact = re.sub(r"[\s.-]", "", hit[0]).upper() if hit else ""
            country = "GR" if compact[:2] == "EL" else compact[:2]
            lone = first == last or not any(word[0].isalpha() for word in words[first + 1 : last + 1])
            if sum(map(str.isdigit, compact[2:])) >= _FEWEST_DIGITS and (
                _valid(compact, country) or (labelled and lone and compact[:2] in _EU)
            ):
                yield compact, country, start, end
                first = last
                break
        first += 1


_EU = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "EL",
        "ES",
        "FI",
        "FR",
        "GB",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
        "XI",
        "CH",
        "NO",
    ]
)


def _valid(value: str, country: str) -> bool:
    if country in {"GB", "XI"}:
        return bool(uk_vat.is_valid(value))
    if country == "CH":
        return bool(swiss_uid.is_valid(re.sub(r"(?:MWST|TVA|IVA)$", "", value)))
    try:
        return bool(eu_vat.is_valid(value))
    except (ValueError, ImportError):
        return False


def is_vat_id(value: str) -> bool:
    """Whether the check digits of a VAT id with its country's letters hold; False where no rule is known."""
    return _valid(value, "GR" if value[:2] == "EL" else value[:2])


def find_emails(paper: Paper) -> list[Found]:
    """E-mail addresses."""
    return _by_pattern(paper, _EMAIL, 0.9)


def find_sites(paper: Paper) -> list[Found]:
    """Addresses of web sites; those without `www` are surer where the paper's e-mail addresses are of the same."""
    found = _by_pattern(paper, _SITE, 0.9)
    own = {each.value.rpartition("@")[2].lower() for each in find_emails(paper)}
    for index, line in enumerate(paper.lines):
        for token in line.tokens:
            text = token.text.strip(".,;:()|").lower()
            if _DOMAIN.fullmatch(text):
                weight = _OWN_SITE if text in own else _BARE_SITE
                found.append(Found(text, token.text, weight, line.span([token]), source_of(line), index))
    return found


def _by_pattern(paper: Paper, pattern: re.Pattern[str], weight: float) -> list[Found]:
    found = []
    for index, line in enumerate(paper.lines):
        for token in line.tokens:
            hit = pattern.search(token.text)
            if hit:
                span = line.span([token])
                value = hit[0].rstrip(".,;:/")
                found.append(Found(value, hit[0], weight - 0.001 * min(index, 99), span, source_of(line), index))
    return found


def qr_bill(codes: Sequence[str]) -> Found | None:
    """The payload of a Swiss QR-bill (SIX Implementation Guidelines QR-bill, 4.1): its IBAN must hold."""
    for code in codes:
        lines = [line.strip() for line in code.splitlines()]
        if len(lines) >= _QR_BILL_LINES - 1 and lines[0] == _QR_BILL and is_iban(lines[3]):
            return Found("\n".join(lines), code, _PROVED, None, "qr")
    return None


def qr_bill_reference(payload: str) -> str | None:
    """The reference of a QR-bill's payload."""
    lines = payload.splitlines()
    return next(
        (lines[place + 1] for place, line in enumerate(lines[:-1]) if line in {"QRR", "SCOR"} and lines[place + 1]),
        None,
    )


def country_in(text: str) -> str | None:
    """The country that folded text names: by name, or by letters before a postal code."""
    for word in re.findall(r"[a-z]{3,}", text):
        if word in _BY_NAME:
            return _BY_NAME[word]
    hit = re.search(r"\b(de|at|ch|fr|es|it|nl|be|pt|lu|gb|pl|dk|se)[ -](?=\d{4,5}\b|[a-z]{1,2}\d)", text)
    return hit[1].upper() if hit else None


def country_of_address(text: str) -> str | None:
    """The country whose postal codes look like one in a line of an address; None where none is told by it."""
    return next((country for country, code in _POSTAL_CODES.items() if code.search(text)), None)


def country_of_domain(domain: str) -> str | None:
    """The country of a domain's ending."""
    ending = domain.rstrip("/").rpartition(".")[2].lower()
    return {"uk": "GB"}.get(ending, ending.upper()) if ending in _TLD else None
