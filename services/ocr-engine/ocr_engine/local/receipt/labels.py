"""What the words beside an amount on a receipt say of it, in the languages of its printers."""

import re
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import fuzz, process

from ocr_engine.local.receipt.vocabulary import words
from ocr_engine.local.spelling import fold


class Kind(StrEnum):
    """The meaning of an amount outside the lines of goods."""

    FINAL = "final"
    """Words that name what is paid in the end: `total payable`, `grand total`."""
    TOTAL = "total"
    """`Total`, which may yet be rounded or hold no tax."""
    SUBTOTAL = "subtotal"
    """Before tax, or before discounts."""
    TAX = "tax"
    DISCOUNT = "discount"
    SERVICE = "service"
    """Service charge, tip, delivery: added to the goods."""
    ROUNDING = "rounding"
    PAYMENT = "payment"
    CHANGE = "change"
    SAVING = "saving"
    """What was saved, points, balances: no part of the sum."""
    COUNT = "count"
    """Pieces, lines, persons."""


_LABEL_WORDS = """
total subtotal amount grand payable rounding rounded round adjustment change cash tender tendered payment paid
discount inclusive including excluding exclusive service charge quantity items balance saving savings summary tax
sales nett invoice gst vat credit debit card master visa points jumlah bayaran pembulatan tunai baki cukai importe
impuesto efectivo cambio vuelto tarjeta redondeo descuento propina ahorro pagar entregado recibido articulos valor
geral troco dinheiro desconto cartao imposto pagamento servico arredondamento summe gesamt gesamtbetrag gesamtsumme
endbetrag zwischensumme betrag mehrwertsteuer mwst steuer netto brutto rabatt gegeben ruckgeld wechselgeld zahlen
rundung trinkgeld montant payer sous remise especes monnaie rendu arrondi pourboire carte totale contanti resto
sconto
"""
_WORDS = frozenset(_LABEL_WORDS.split())
"""Words whose slips of recognition are mended."""
_SHORTEST = 5
_ALIKE = 79
_WORD = re.compile(r"[a-z0-9%]+")
_SPACED = re.compile(r"\b(?:[a-z] ){4,}[a-z]\b")
"""`T O T A L`."""

_TAX = (
    r"(?:gst|sst|vat|v a t|tax|iva|i v a|igv|itbms|icms|iss|tva|t v a|mwst|ust|mehrwertsteuer|umsatzsteuer|steuer|cukai"
    r"|impuestos?|imposto|ppn|pajak|pb ?1|hst|pst|qst|btw|moms)"
)
_INCLUSIVE = (
    r"(?:incl?|inclusive|including|inci|inc|in of|con|inkl|inklusive|com|w|with|termasuk) ?(?:of )?(?:de )?\d* ?%? ?"
    rf"{_TAX}|ttc|{_TAX} (?:incl|included|incluido|inkl|inc|inclusive)"
)


def _whole(*lists: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words(*lists)})\b")


_COUNT = re.compile(
    r"\b(?:total |no |number |num |nr |anzahl |nombre |cantidad |cant |jumlah )?(?:of |de |d |der )?"
    r"(?:qty|qtys|quantity|quantities|items?|pcs|pieces|units|articulos?|unidades|piezas|itens|artigos|artikel"
    r"|articles?"
    r"|pax|guests?|covers|kuantiti|barang|posten|positionen)\b(?! (?:total|amount))"
)
_PIECES = re.compile(r"(?<=total) \d+ (?:items?|pcs|articulos?|artikel|articles?|itens|positionen)$")
"""`TOTAL (2 ITEMS)` is a total."""
_SAVING = _whole(
    "savings?, saved, you save, ahorro, ahorrado, gespart, economie, economise, poupanca, poupou, jimat, points?",
    "puntos, punkte, pontos, mata, bonus, loyalty, voucher balance, new balance, card balance, saldo, missed, earned",
    "deposit balance, expiry, approval, auth",
)
_CHANGE = _whole(
    "change, baki, kembali(?:an)?, cambio, vuelto, vlto, devuelta, troco, ruckgeld, rueckgeld, wechselgeld, zuruck",
    "retour, monnaie, rendu, resto, balance given",
)
_ROUNDING = _whole(
    "round, rounding, pembulatan, pelarasan, redondeo, arredondamento, arrondi, rundung, rndg?, adj, adjustments?",
)
_SERVICE = re.compile(
    rf"""\b(?:{
        words(
            "service charge, serv charge, svc, svr chg, service chg, service, caj perkhidmatan, servicio, servico",
            "propina, tips?, gratuity, trinkgeld, pourboire, bedienung, delivery, shipping, entrega, envio",
            "packing charge, couvert, coperto",
        )
    })\b(?! tax)"""
)
_SUBTOTAL = re.compile(
    rf"\btotal (?:{_TAX} )?\d+ ?%|"
    r"\b(?:sub ?total|sub ttl|subttl|sub tot|zwischensumme|sous total|s total|base imponible|taxable|taxable amt"
    r"|total (?:sales )?(?:\w+ )?(?:excl?|excluding|exclusive|exci|exc|ex|before|sin|sem|hors|ht|ohne|netto|antes)\b.*"
    rf"|(?:excl?|excluding|exclusive|before|exc) (?:of )?{_TAX}|total ht|montant ht|netto|net amount|net amt|net sales"
    r"|gravado|gravada|exento|exenta|op gravada)\b"
)
_DISCOUNT = _whole(
    "discounts?, disc, descuentos?, dscto, dto, rebaja, remise, rabatt, nachlass, desconto, diskaun, diskon, coupon",
    "sconto, less",
)
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.COUNT, _COUNT),
    (Kind.SAVING, _SAVING),
    (Kind.CHANGE, _CHANGE),
    (Kind.ROUNDING, _ROUNDING),
    (Kind.SERVICE, _SERVICE),
    (Kind.SUBTOTAL, _SUBTOTAL),
    (Kind.DISCOUNT, _DISCOUNT),
)
_YIELDS_TO_FINAL = frozenset({Kind.ROUNDING, Kind.SERVICE, Kind.DISCOUNT, Kind.COUNT})
"""`Total after rounding` is a total."""
_FINAL = re.compile(
    rf"""\b(?:total (?:\w+ ){{0,2}}(?:payable|due|paid|to pay|pay|a pagar|pagar|zu zahlen)|{
        words(
            "grand total, (?:amount|amt|balance|net|nett) (?:payable|due|to pay), nett? (?:total|amount payable)",
            "final (?:total|amount), rounded total, round d? ?total, total rounded",
            "total (?:amount )?after (?:rounding|round|adj|adjustment|disc|discount), bill (?:total|amount)",
            "invoice (?:total|amount), total bill, total invoice, total sales, sales total, total amount",
            "importe total, total a pagar, total general, total factura, total venta, total compra, valor total",
            "monto total, a pagar, total geral, valor a pagar, valor pago, total da compra, net a payer, a payer",
            "montant (?:du|total|a payer), total ttc, zu zahlen, zahlbetrag, gesamtbetrag, gesamtsumme, gesamt",
            "endbetrag, endsumme, rechnungsbetrag, summe, jumlah (?:besar|bayaran|perlu dibayar|bersih|keseluruhan)",
            "jumlah, totale complessivo, importo pagato",
        )
    })\b"""
)
_TOTAL = re.compile(r"\b(?:total|totale|ttl|tot|amount|montant|betrag|importe|som|jml)\b|total(?= ?(?:rm|eur|usd|inc))")
_PAYMENT = _whole(
    "cash, tunai, bayar, efectivo, especes, contanti, dinheiro, numerario, bar, bargeld, gegeben, tender(?:ed)?",
    "paid, payments?, received, recibido, entregado, visa, master(?: ?card)?, amex, debit, credit, credito, debito",
    "card, tarjeta, carte, karte, kreditkarte, ec, girocard, cartao, cheque, check, duitnow, tng, touch n go",
    "grab ?pay, boost, e ?wallet, edc, maestro, mydebit, bayaran, pagamento, pago, su pago, transferencia, contado",
    "zahlung, paiement, cb, pix, tarj, multibanco, bizum",
)
_TAXES = re.compile(rf"\b{_TAX}\b")
_STILL_TOTAL = re.compile(rf"\b(?:{_INCLUSIVE})\b")
_OF_TAX = re.compile(rf"(?:\d+ ?% ?)?{_TAX}\b")
_HANDED_OVER = re.compile(r"\b(?:total|amount) (?:paid|tendered|received)\b")
_SUMMARY = re.compile(
    r"\b(?:gst|sst|tax|vat|iva|tva|mwst|ust|itbms|steuer) ?(?:summary|analysis|summ|sumsary|detail|details"
    r"|breakdown|rate"
    r"|code|satz|type|resumen|desglose)\b|\b(?:desglose|resumen) (?:de )?(?:iva|impuestos?|itbms)|\bsummary\b"
    r"|\b(?:mwst|ust|steuer)\b.*\bnetto\b.*\bbrutto\b|\b(?:iva|tva|vat)\b.*\bbase\b|\bbase\b.*\b(?:iva|tva|cuota)\b"
    r"|\b(?:goods|amount|amt) tax(?: amount| amt)?\b"
)


@lru_cache(maxsize=4096)
def spelled(text: str) -> str:
    """The words in one spelling, the usual labels' slips of recognition mended (`Oiscount`, `T0TAL`, `iotal`)."""
    joined = _SPACED.sub(lambda hit: hit[0].replace(" ", ""), " ".join(_WORD.findall(fold(text))))
    return " ".join(_mended(word) for word in joined.split())


def kind_of(label: str) -> Kind | None:
    """What the words say of their amount; None where they say nothing known."""
    text = _PIECES.sub("", spelled(label))
    if not any(map(str.isalpha, text)):
        return None
    inclusive = _STILL_TOTAL.search(text) is not None
    final = _FINAL.search(text) is not None or (inclusive and _TOTAL.search(text) is not None)
    for kind, pattern in _KINDS:
        if pattern.search(text) and not (final and kind in _YIELDS_TO_FINAL):
            return kind
    if inclusive and _OF_TAX.match(text):
        return Kind.TAX  # `GST @6% included in total`
    if final:
        return Kind.PAYMENT if _HANDED_OVER.search(text) else Kind.FINAL
    if _TAXES.search(text):
        return Kind.TAX
    if _PAYMENT.search(text):
        return Kind.PAYMENT
    return Kind.TOTAL if _TOTAL.search(text) else None


def is_tax_summary(text: str) -> bool:
    """True for the heading of a table of rates, bases and taxes at a receipt's foot."""
    return _SUMMARY.search(spelled(text)) is not None


def _mended(word: str) -> str:
    if word.isdigit() or "%" in word:
        return word
    if any(map(str.isdigit, word)) and sum(map(str.isalpha, word)) * 2 > len(word):
        word = word.replace("0", "o").replace("1", "i")
    if len(word) < _SHORTEST or word in _WORDS:
        return word
    best = process.extractOne(word, _WORDS, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return best[0] if best and abs(len(best[0]) - len(word)) <= 1 else word
