"""What the words on an invoice mean, in German, English, French, Spanish, Italian, Dutch and Portuguese."""

import re
from enum import StrEnum
from functools import lru_cache

from ocr_engine.local.spelling import fold

TAX_WORD = (
    r"(?:u ?st|umsatzsteuer|m ?w ?st|mehrwertsteuer|vat|v a t|tva|t v a|iva|i v a|btw|b t w|gst|hst|pst|qst"
    r"|tps|tvq|igic|irpf"
    r"|itbms|igv|i g v|icms|iss|mva|moms|sales tax|tax|taxes|taxe|taxas?|imp(?:uesto|osta|osto)?s?|imposta|steuern?"
    r"|steuerbetrag"
    r"|versicherungs?steuer|impot|belasting)"
)


class Kind(StrEnum):
    """The meaning of a sum on an invoice."""

    LINES = "lines"
    """The lines added up, before charges and discounts of the whole invoice."""
    NET = "net"
    """The whole before tax."""
    BASE = "base"
    """The part of it taxed at one rate."""
    TAX = "tax"
    TOTAL = "total"
    DUE = "due"
    PREPAID = "prepaid"
    DISCOUNT = "discount"
    CHARGE = "charge"
    ROUNDING = "rounding"
    CARRIED = "carried"
    """What a page brings over from the one before."""
    OTHER = "other"


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives))


_CARRIED = re.compile(
    r"^(?:(?:zwischen)?ubertrag|carried (?:forward|over)|brought forward|carry (?:over|forward)"
    r"|balance (?:carried|brought) forward"
    r"|a reporter|report(?: (?:de la )?page.*)?$|suma (?:y sigue|anterior)|riporto|a riportare|da riportare"
    r"|(?:a )?transport(?:e|ar)?$|transporte (?:da|para) .*|(?:over|trans)drag(?:en)?|te transporteren)\b"
)
_DUE = _pattern(
    r"\b(?:zahlbetrag|(?:noch )?zu (?:be)?zahlen|zahlbar(?:er betrag)?|offener? (?:betrag|rechnungsbetrag|zahlungen)"
    r"|restbetrag|restzahlung|falliger? betrag|uberweisungsbetrag"
    r"|(?:amount|balance|total|payment|net) (?:now )?(?:due|payable)|due(?! date)|payable|(?:amount"
    r"|total) to (?:be )?pa(?:y|id)|please pay|balance|"
    r"remaining|residual|outstanding|net a payer|reste a payer|solde|montant (?:du|a payer)|restant du|a payer"
    r"|(?:importe |total )?a pagar|saldo|pendiente|resto|da pagare|netto a pagare|totale dovuto|te betalen|te voldoen"
    r"|nog te voldoen|openstaand|verschuldigd|(?:valor |total )?em divida)\b"
)
_PREPAID = _pattern(
    r"\b(?:anzahlung(?:en)?|erhaltene (?:an)?zahlung(?:en)?|bereits (?:be|ge)zahlt|gezahlt"
    r"|abschlagszahlung(?:en)?|vorauszahlung(?:en)?"
    r"|prepaid|pre paid|deposits?|(?:amount|already|total) paid|paid|payments?(?: received| made)?"
    r"|advance(?: payment)?|acomptes?"
    r"|deja (?:paye|regle)e?|regle|paye|anticipos?|pagado|entregado|acconto|pagato|aanbetaling|voldaan|betaald"
    r"|adiantamento|pago)\b"
)
_DISCOUNT = _pattern(
    r"\b(?:\w*rabatt\w*|abschlage?|\w*nachlass|skonto|discounts?|allowances?|rebates?|remises?|rabais"
    r"|reductions?|escompte|descuentos?"
    r"|dto|rappel|bonificacion|sconti|sconto|korting|kortingen|desconto)\b"
)
_CHARGE = _pattern(
    r"\b(?:zuschlage?|versand(?:kosten)?|\w*porto|fracht\w*|transportkosten|lieferkosten|verpackung\w*"
    r"|gebuhr(?:en)?|charges|surcharges?|shipping"
    r"|postage|freight|delivery(?: charge| cost| fee)?|handling|carriage|frais(?: de port)?|port|livraison|portes|envio"
    r"|gastos(?: de envio)?|recargo|spese|spedizione|trasporto|verzendkosten|verzending|toeslag|despesas)\b"
)
_ROUNDING = _pattern(
    r"\b(?:rundung\w*|round(?:ing|ed)?(?: off)?|arrondi|redondeo|arrotondamento|afronding|arredondamento)\b"
)
_TAX = _pattern(
    rf"\b{TAX_WORD}\b", r"(?:steuer|tax)(?:betrag|wert)?\b", r"\b(?:ust|mwst|umsatzsteuer)(?:betrag|satz)?\b"
)
_BASE = _pattern(
    r"\b(?:\w*basis(?:betrag)?|\w*grundlage|base|taxable|gravad[oa]s?|exent[oa]s?|exonerad[oa]s?|imponible"
    r"|imponibile|tributavel|incidencia|maatstaf"
    r"|grondslag|assiette"
    r"|bemessungs\w*|steuerpflichtig\w*)\b"
)
_NET = _pattern(
    r"\b(?:netto?|neto|net|nett|iliquido|untaxed|ohne|exkl|excl|excluding|exclusive|without|w o|before|ex|hors"
    r"|ht|h t|sin|senza"
    r"|exclusief|zzgl|pre"
    r"|sem|nettobetrag|nettosumme|nettowert|gesamtnetto|netto(?:gesamt)?betrag|antes)\b"
)
_GROSS = _pattern(
    r"\b(?:brutto\w*|gross|inkl\w*|incl|including|inclusive|ttc|t t c|con|with|inclusief|ivato|inc|einschl\w*"
    r"|toutes taxes|com|after)\b"
)
_LINES = _pattern(
    r"\b(?:sub ?total\w*|sub totaal|zwischensumme|sous ?total|positionssumme|(?:goods|items?"
    r"|merchandise) total|total (?:goods|merchandise)|warensumme|summe (?:der )?positionen"
    r"|warenwert|items? total"
    r"|total (?:of )?(?:lines|items|positionen)|lines? total|totale parziale|tussentotaal|subtotaal|summe netto)\b"
)
_TOTAL = _pattern(
    r"\b(?:total\w*|sum(?:me|ma)?|gesamt\w*|\w*summe|rechnungsbetrag|rechnungsbeitrag|rechnungssumme"
    r"|rechnungsendbetrag|endbetrag|endsumme"
    r"|bruttobetrag|betrag|amount|monto|montant|importe|totale|totaal\w*|bedrag|valor|invoice value|grand|liquido)\b"
)
_ALONE = _pattern(r"(?:brutto|gross|ttc|inkl|incl)(?: (?:[a-z]{3}|amount|worth))?")
_NO_SUM = _pattern(
    r"\b(?:menge|stuck|anzahl|gewicht|weight|poids|peso|quantity|qty|units?|kg|points?|hours|stunden|km"
    r"|capital|kapital|basisbetrag:|"
    r"basis:|bruttopreis|einzelpreis|unit price|listenpreis|bruttolistenpreis)\b"
)


_PLAIN = (
    (Kind.CARRIED, _CARRIED),
    (Kind.ROUNDING, _ROUNDING),
    (Kind.DUE, _DUE),
    (Kind.OTHER, _NO_SUM),
)
"""Kinds that one word settles."""
_LONGEST = 90


@lru_cache(maxsize=4096)
def kind_of(label: str) -> Kind | None:
    """What a sum beside this label is; None where the words name none."""
    words = _words(label)
    if not words or len(words) > _LONGEST:
        return None
    plain = next((kind for kind, pattern in _PLAIN if pattern.search(words)), None)
    return plain or _of_parts(words) or _of_whole(words)


def _of_parts(words: str) -> Kind | None:
    """A sum that leads from the lines to the total."""
    total, gross = _TOTAL.search(words), _GROSS.search(words)
    if _LINES.search(words) and not gross:
        return Kind.NET if _TAX.search(words) and total else Kind.LINES
    if _DISCOUNT.search(words):
        return Kind.DISCOUNT
    if _CHARGE.search(words):
        return Kind.CHARGE
    if _PREPAID.search(words) and not gross:
        return Kind.PREPAID
    if _BASE.search(words):
        whole = total and not re.search(r"\d", words) and not _TAX.search(words)
        return Kind.NET if whole else Kind.BASE
    return None


def _of_whole(words: str) -> Kind | None:
    """The whole before tax, the tax, or the whole with it."""
    total, net, gross = _TOTAL.search(words), _NET.search(words), _GROSS.search(words)
    if _TAX.search(words):
        if gross and total:
            return Kind.TOTAL
        return Kind.NET if net and total and not _leads(words) else Kind.TAX
    if net and not gross:
        return Kind.NET
    return Kind.TOTAL if total or _ALONE.fullmatch(words) else None


def _leads(words: str) -> bool:
    """True where the tax itself is named first (`zuzüglich USt`), not what it is left out of."""
    return bool(re.match(rf"(?:zzgl|zuzuglich|plus|add|\+)?\s*{TAX_WORD}\b", words))


def _words(label: str) -> str:
    folded = fold(label).replace("zuzugl.", "zzgl").replace("zuzuglich", "zzgl")
    return " ".join(re.findall(r"[a-z]+|\d+|%", folded))


def is_sum(label: str) -> bool:
    """Whether a line of this label is one of the invoice's sums, so that the lines have ended."""
    words = _words(label)
    if not words or len(words.split()) > 7:  # noqa: PLR2004 - a sentence
        return False
    kind = kind_of(label)
    return kind in _SUMS and bool(_STARTS.match(words))


_SUMS = frozenset({Kind.LINES, Kind.NET, Kind.BASE, Kind.TAX, Kind.TOTAL, Kind.DUE})
_STARTS = _pattern(
    rf"(?:(?:the|le|la|el|der|die|das|i)\s)?(?:zzgl|plus|inkl\w*|incl|davon|enthaltene?|dont|of which|grand"
    rf"|invoice|order|net|amount|montant|"
    rf"importe|balance|{TAX_WORD}|(?:total|sum|sub|gesamt|zwischen|netto|brutto|rechnungs|end|zahl|steuer"
    rf"|umsatz|positions|beleg|base|basis"
    rf"|warenwert|mehrwert|imponib|imposta|tussen|tota\w*|solde|reste|residual|a pagar|te betalen|zu zahl|noch"
    rf"|offen|taxable|sous)\w*)\b"
)


def is_carried(label: str) -> bool:
    """Whether a line only carries a sum from page to page."""
    words = _words(label)
    return bool(words) and len(words.split()) <= 5 and bool(_CARRIED.search(words))  # noqa: PLR2004 - a sentence


_SECTION = _pattern(
    r"(?:umsatz)?steueraufschlusselung:?|belegsummen:?|zahlungsbedingungen:?|zu- und abschlage:?"
    r"|zahlungsinformationen:?"
    r"|(?:payment|bank) (?:terms|details|information|instructions):?|terms(?: and| &) conditions.*|notes?:?"
    r"|conditions de (?:paiement|reglement).*"
    r"|condiciones de pago.*|forma de pago.*|condizioni di pagamento.*|betalingsvoorwaarden.*|tax (?:summary"
    r"|breakdown|details).*"
    r"|vat (?:summary|analysis|breakdown).*|riepilogo.*|desglose.*|detail (?:de la )?tva.*|thank you.*"
    r"|vielen dank.*|merci.*|gracias.*"
)


def is_section(label: str) -> bool:
    """Whether a line begins another part of the paper."""
    return bool(_SECTION.fullmatch(fold(label).strip()))
