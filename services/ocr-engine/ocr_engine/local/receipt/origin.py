"""The currency of a receipt and the country that it comes from: each is evidence of the other."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ocr_engine.local.currency import find_currencies
from ocr_engine.local.found import Found
from ocr_engine.local.page import Line
from ocr_engine.local.spelling import fold

_TABLE = """
AT EUR BE EUR CY EUR DE EUR EE EUR ES EUR FI EUR FR EUR GR EUR HR EUR IE EUR IT EUR LT EUR LU EUR LV EUR MT EUR NL EUR
PT EUR SI EUR SK EUR AR ARS AU AUD BO BOB BR BRL CA CAD CH CHF CL CLP CN CNY CO COP CR CRC CZ CZK DK DKK DO DOP GB GBP
GT GTQ HK HKD HN HNL HU HUF ID IDR IN INR JP JPY KR KRW MX MXN MY MYR NI NIO NO NOK NZ NZD PA PAB PE PEN PH PHP PL PLN
PY PYG RO RON SE SEK SG SGD TH THB TR TRY TW TWD US USD UY UYU VN VND ZA ZAR AE AED SA SAR SV USD EC USD
"""
_PAIRS = _TABLE.split()
_CURRENCIES: Mapping[str, str] = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
"""The currency of each country."""
_OF_CURRENCY = {code: country for country, code in _CURRENCIES.items() if code not in {"EUR", "USD"}}
_DOLLAR_LANDS = "US CA AU NZ SG HK TW MX AR CL CO UY DO EC SV MY PA"
_SIGNS: Mapping[str, frozenset[str]] = {
    "$": frozenset(_DOLLAR_LANDS.split()),
    "kr": frozenset({"SE", "NO", "DK"}),
    "¥": frozenset({"JP", "CN"}),
}
"""Signs of several currencies, and the countries that use them."""
_DOLLARS = {"PA": "USD"}
"""Where `$` is not the country's own currency."""

_STATES = "al|ak|az|ar|ca|co|ct|dc|fl|ga|ia|il|ky|ma|md|mi|mn|mo|nc|nj|nv|ny|oh|or|pa|tn|tx|va|wa|wi"
_CLUES: tuple[tuple[str, float, str], ...] = (
    (r"\b(?:sdn\.? ?bhd|s/b|berhad)\b", 3, "MY"),
    (r"\b(?:kuala lumpur|selangor|johor|penang|malaysia|jalan|jln)\b", 1, "MY"),
    (r"\bpte\.? ?ltd\b|\bsingapore\b", 3, "SG"),
    (r"\bpvt\.? ?ltd\b|\bgstin\b|\b[cs]gst\b|\bindia\b", 3, "IN"),
    (r"\bitbms\b|\bi\.t\.b\.m\.s\b", 4, "PA"),
    (r"\bd\.?v\.?:?\s?\d{2}\b|\bpanama\b", 1.5, "PA"),
    (r"\bi\.?g\.?v\.?\b|\bperu\b|\bsunat\b", 3, "PE"),
    (r"\bcnpj\b|\bicms\b|\bcupom fiscal\b|\bbrasil\b", 4, "BR"),
    (r"\babn\b[\s:]*\d|\baustralia\b", 4, "AU"),
    (r"\bmwst\b|\bust\b|\bumsatzsteuer\b|\bmehrwertsteuer\b|\bsteuernummer\b|\bst\.?-?nr\b|\bdeutschland\b", 2, "DE"),
    (r"\bgmbh\b|\bstrasse\b|\w+str\.", 1, "DE"),
    (r"\batu\s?\d{8}\b|\bosterreich\b|\bwien\b", 4, "AT"),
    (r"\bche-?\d{3}\.\d{3}\.\d{3}\b|\bschweiz\b|\bsuisse\b|\bzurich\b", 4, "CH"),
    (r"\bt\.?v\.?a\.?\b|\bfrance\b", 1.5, "FR"),
    (r"\bsiret\b|\bsarl\b|\beurl\b|\bttc\b", 3, "FR"),
    (r"\bp\.? ?iva\b|\bscontrino\b|\bdocumento commerciale\b|\bitalia\b", 4, "IT"),
    (r"\bs\.?r\.?l\.?\b|\bs\.?p\.?a\.?\b", 0.8, "IT"),
    (r"\bb\.?v\.?\b|\bbtw\b|\bnederland\b", 2, "NL"),
    (r"\bcontribuinte\b|\bportugal\b|\batcud\b", 4, "PT"),
    (r"\bc\.?i\.?f\.?\b[\s.:]*[a-z]\d|\bn\.?i\.?f\.?\b[\s.:]*[a-z]?-?\d|\bespana\b|\bs\.l\.u?\b", 2.5, "ES"),
    (r"\br\.?f\.?c\.?\b|\bs\.?a\.? de c\.?v\b|\bmexico\b", 3, "MX"),
    (r"\bcolombia\b|\bbogota\b|\bdian\b", 3, "CO"),
    (r"\bcuit\b|\bargentina\b|\bafip\b", 4, "AR"),
    (r"\bchile\b|\bsii\b", 3, "CL"),
    (r"\bsales tax\b|\bu\.?s\.?a\b", 2.5, "US"),
    (rf"\b(?:{_STATES}) \d{{5}}(?:-\d{{4}})?$", 2.5, "US"),
    (r"\bllc\b|\binc\b(?!\W*(?:of )?(?:gst|vat|tax|iva|sst))", 0.8, "US"),
    (r"\bhst\b|\bcanada\b|\bpst\b|\bqst\b", 3, "CA"),
    (r"\bvat (?:reg|no|number)\b|\bunited kingdom\b|\bengland\b|\blondon\b", 1.5, "GB"),
    (r"\b[a-z]{1,2}\d{1,2}[a-z]? \d[a-z]{2}$", 1.5, "GB"),
    (r"\bindonesia\b|\bnpwp\b", 3, "ID"),
    (r"\bphilippines\b|\bbir permit\b", 3, "PH"),
    (r"\bthailand\b", 3, "TH"),
    (r"\b(?:tokyo|osaka|kyoto|japan)\b|[円税]", 3, "JP"),
)
"""Words over folded text, how much they say, and of which country."""
_PATTERNS = tuple((re.compile(pattern, re.MULTILINE), weight, country) for pattern, weight, country in _CLUES)
_DIALLED = """
1 US 31 NL 32 BE 33 FR 34 ES 39 IT 41 CH 43 AT 44 GB 49 DE 51 PE 52 MX 54 AR 55 BR 56 CL 57 CO 60 MY 61 AU 62 ID 63 PH
65 SG 66 TH 91 IN 507 PA
"""
_DIALLED_PAIRS = _DIALLED.split()
_OF_CODE = dict(zip(_DIALLED_PAIRS[::2], _DIALLED_PAIRS[1::2], strict=True))
"""The country of each dialling code."""
_DIALLING = re.compile(rf"\+\s?({'|'.join(_OF_CODE)})(?=[\s)\-.]?\(?\d)")
_BY_CURRENCY, _BY_CODE = 3.0, 2.0
_SURE, _DERIVED = 0.95, 0.6
_MOST = 3


def find_origin(lines: Sequence[Line]) -> tuple[list[Found], list[Found]]:
    """Candidates of the currency (ISO 4217) and of the country (ISO 3166 alpha-2), best first."""
    texts = [line.text for line in lines]
    seen = find_currencies(texts)
    ranked = sorted(_votes(texts, seen).items(), key=lambda vote: -vote[1])
    country = ranked[0][0] if ranked else None
    countries = []
    if ranked:
        rest = ranked[1][1] if len(ranked) > 1 else 0.0
        sure = min(_SURE, 0.5 + 0.1 * (ranked[0][1] - rest))
        countries = [Found(name, "", 0.1, None, "computed") for name, _ in ranked[:_MOST]]
        countries[0] = replace(countries[0], weight=sure)
    return _currencies(seen, country), countries


def _currencies(seen: Counter[str], country: str | None) -> list[Found]:
    found: list[Found] = []
    for name, count in seen.most_common():
        code = name
        if name in _SIGNS:
            at_home = country is not None and country in _SIGNS[name]
            code = _DOLLARS.get(country or "", _CURRENCIES.get(country or "", "")) if at_home else ""
            code = code or {"$": "USD", "kr": "SEK", "¥": "JPY"}[name]
        sure = _SURE if count > 1 or name == code else _DERIVED + 0.2
        found.append(Found(code, name, sure - 0.1 * len(found), None, "ocr"))
    if not found and country is not None and country in _CURRENCIES:
        found.append(Found(_CURRENCIES[country], "", _DERIVED, None, "computed"))
    return found


def _votes(texts: Sequence[str], seen: Counter[str]) -> dict[str, float]:
    text = "\n".join(fold(each) for each in texts)
    votes: defaultdict[str, float] = defaultdict(float)
    for pattern, weight, country in _PATTERNS:
        if pattern.search(text):
            votes[country] += weight
    dialled = _DIALLING.search(text)
    if dialled:
        votes[_OF_CODE[dialled[1]]] += _BY_CODE
    if seen:
        code = seen.most_common(1)[0][0]
        if code in _OF_CURRENCY:
            votes[_OF_CURRENCY[code]] += _BY_CURRENCY
        elif code == "USD" or (code == "$" and not votes):
            votes["US"] += 1
    return votes
