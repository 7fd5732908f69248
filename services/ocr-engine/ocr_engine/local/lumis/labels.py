"""What the words beside a figure mean on an invoice: sums, taxes, payments, headings of a table."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from rapidfuzz import fuzz, process

from ocr_engine.local.amounts import without_currency
from ocr_engine.local.spelling import fold_word

_Meaning = TypeVar("_Meaning")


class Kind(StrEnum):
    """The meaning of an amount below or beside the lines of an invoice."""

    SUBTOTAL = "subtotal"
    BASE = "base"
    """The taxed or exempt part of the subtotal."""
    TAX = "tax"
    """The tax at one rate."""
    TAX_TOTAL = "tax_total"
    OTHER_TAX = "other_tax"
    """ISC and the like: beside the ITBMS."""
    DISCOUNT = "discount"
    TIP = "tip"
    ROUNDING = "rounding"
    TOTAL = "total"
    PAYMENT = "payment"
    CHANGE = "change"
    NOTE = "note"
    """A count or a notice that is no sum of the invoice."""


_RATE = r"(?:\d{1,2}(?: \d{1,2})? ?%|%|(?:7|10|15) ?[a-z0-9]{0,2})"
"""A rate; on poor photos its `%` comes out as `8`, `4`, `t` or nothing."""
_GLUED_RATE = re.compile(r"(?<=[a-z])(?=\d{1,2} ?%)")
_SPACED = re.compile(r"\b(?:[a-z] ){3,}[a-z]\b")
"""`T O T A L`."""
_TAX = r"(?:i ?t ?b ?m ?s|itbm|itms|ibms|itbns|impuestos?|imp(?:to|uesto)?|iva|i ?v ?a|(?:sales )?tax)"


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives))


_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        Kind.NOTE,
        _pattern(
            r"(?:total |cant(?:idad)? (?:de )?|no |num(?:ero)? (?:de )?)?(?:de )?"
            r"(?:articulos?|items?|productos|piezas|unidades|lineas)(?: vendidos)?",
            r"sub ?total (?:de )?(?:la |esta )?(?:pagina|pag)|van|vienen|suma y sigue",
            r"usted ahorro|su ahorro|ahorro(?: total)?|saldo(?: .*)?|puntos .*|total (?:de )?unidades|propina sugerida",
        ),
    ),
    (
        Kind.TAX_TOTAL,
        _pattern(
            rf"(?:total|monto|suma|valor)(?: de)?(?: los?)? {_TAX}",
            rf"{_TAX}(?: total| b| us)?|total imp(?:uestos?)?|total {_TAX} .*",
        ),
    ),
    (
        Kind.TAX,
        _pattern(
            rf"(?:total |monto )?(?:de )?{_TAX} (?:del? |al |\( ?)?{_RATE}.*",
            rf"{_RATE} (?:de )?{_TAX}",
        ),
    ),
    (Kind.OTHER_TAX, _pattern(r"(?:total )?(?:isc|i s c|impuesto selectivo.*|tasa .*|sume 911|suma 911)")),
    (
        Kind.BASE,
        _pattern(
            r"(?:total |monto |valor |base |venta |ventas |sub ?total |subttl |importe )?"
            r"(?:exent[oa]s?|no gravad[oa]s?|exonerad[oa]s?|gravad[oa]s?|grav|gravable|imponible|base|base imponible)"
            rf"(?: (?:de )?(?:{_TAX}))?(?: (?:al |a |de )?{_RATE})?",
            rf"(?:base|venta|neto) {_RATE}|exe",
        ),
    ),
    (
        Kind.SUBTOTAL,
        _pattern(
            r"(?:sub ?(?:total|tot|ttl)|subttl|sub ?t|suma|total (?:de )?ventas?)(?: neto| general| venta)?",
            r"total neto|neto|valor neto|importe neto|monto neto|total bruto|valor bruto|total gravado y exento",
            r"total (?:sin|antes de) (?:itbms|impuestos?)",
        ),
    ),
    (
        Kind.DISCOUNT,
        _pattern(
            r"(?:total |monto |menos |valor )?(?:de )?(?:descuentos?|desc|dscto|dcto|rebajas?|bonificacion)"
            rf"(?: (?:aplicado|global|total|general|item|linea|cliente))?(?: {_RATE})?"
        ),
    ),
    (Kind.TIP, _pattern(rf"(?:propina|servicio|tip|cargo por servicio)(?: {_RATE})?")),
    (Kind.ROUNDING, _pattern(r"redondeo|ajuste(?: (?:por )?redondeo)?")),
    (Kind.CHANGE, _pattern(r"(?:su )?(?:vuelto|cambio|vlto|devuelta)(?: (?:en )?efectivo)?")),
    (
        Kind.PAYMENT,
        _pattern(
            r"efectivo|cash|tarjeta(?: (?:de )?(?:credito|debito|clave|cr|db))?",
            r"(?:tarj? |t )?(?:credito|debito)",
            r"(?:visa|master ?card|amex|american express|clave|yappy|nequi)(?: \d{4})?",
            r"ach|transferencia(?: bancaria)?|transf|cheque|deposito|vale|bono|gift card|puntos|monedero|otros?",
            r"pagos?|pagado|recibido|su pago|abono|anticipo|contado|forma de pago|entregado|paga con|importe recibido",
            r"total (?:pagado|recibido|pagos?|recibidos|efectivo|tarjeta|cancelado|abonado)|monto (?:pagado|recibido)",
        ),
    ),
    (
        Kind.TOTAL,
        _pattern(
            r"(?:gran |valor |monto |importe )?total",
            r"(?:valor |monto |importe )?total a (?:pagar|cobrar|cancelar)",
            r"(?:valor |monto |importe )?total (?:general|factura|final|balboas?|documento|pagar)",
            r"(?:valor |monto )?total (?:de (?:la )?(?:factura|venta)|con (?:itbms|impuestos?)|incluido(?: itbms)?)",
            r"total (?:b|b/|bi|us|usd|[b$/]+)|ttl|(?:neto |valor |importe |monto )?a pagar",
            r"(?:grand |invoice )total|(?:total |amount |balance )due|total (?:due|amount)",
        ),
    ),
)

_USUAL = {
    "subtotal": Kind.SUBTOTAL,
    "total neto": Kind.SUBTOTAL,
    "total itbms": Kind.TAX_TOTAL,
    "total impuesto": Kind.TAX_TOTAL,
    "exento": Kind.BASE,
    "monto exento": Kind.BASE,
    "monto gravado": Kind.BASE,
    "total a pagar": Kind.TOTAL,
    "valor total": Kind.TOTAL,
    "descuento": Kind.DISCOUNT,
    "efectivo": Kind.PAYMENT,
    "tarjeta": Kind.PAYMENT,
    "tarjeta de credito": Kind.PAYMENT,
    "tarjeta de debito": Kind.PAYMENT,
    "transferencia": Kind.PAYMENT,
    "total pagado": Kind.PAYMENT,
    "vuelto": Kind.CHANGE,
    "cambio": Kind.CHANGE,
    "propina": Kind.TIP,
}
_GLUED = {label.replace(" ", ""): kind for label, kind in _USUAL.items() if " " in label}
"""`T O T A L   A   P A G A R`, its letters joined."""
_ALIKE = 84
_SHORTEST_ALIKE = 5
_SHAPES = str.maketrans("ljc", "iie")
"""Letters that recognition takes for one another. One of them in a word of six falls below `_ALIKE`, and must:
`evento` is no `exento`."""


def kind_of(label: str) -> Kind | None:
    """The kind of sum that a label names as a whole, a slip of recognition in a usual word allowed; None for others."""
    text = _SPACED.sub(lambda hit: hit[0].replace(" ", ""), fold_word(without_currency(label)).strip())
    text = re.sub(r"(?: (?:b/?|bi|b/|us|usd))+$", "", text)
    text = _GLUED_RATE.sub(" ", text)
    if not text or not any(map(str.isalpha, text)):
        return None
    for kind, pattern in _KINDS:
        if pattern.fullmatch(text):
            return kind
    if text in _GLUED:
        return _GLUED[text]
    rate = re.search(r" ?\d{1,2} ?%$", text)
    plain = text[: rate.start()] if rate else text
    if len(plain) < _SHORTEST_ALIKE:
        return None
    return _alike(plain, _USUAL)


class Column(StrEnum):
    """What a column of the table of lines holds."""

    LINE = "line"
    CODE = "code"
    NAME = "name"
    QUANTITY = "quantity"
    UNIT = "unit"
    UNIT_PRICE = "unit_price"
    DISCOUNT = "discount"
    TAX = "tax"
    AMOUNT = "amount"
    AMOUNT_WITH_TAX = "amount_with_tax"


_HEADINGS: tuple[tuple[Column, re.Pattern[str]], ...] = (
    (
        Column.UNIT_PRICE,
        _pattern(
            r"(?:valor|precio|prec|p|v|vr|vlr|costo|pr)[ /]?(?:unitario|unit|unid|uni|u)",
            r"precio|unitario|prec|unit price|price|(?:precio )?c/u",
        ),
    ),
    (Column.AMOUNT_WITH_TAX, _pattern(r"valor item|total item|total con itbms|total linea|valor total item")),
    (
        Column.AMOUNT,
        _pattern(
            r"total|monto|importe|valor|subtotal|sub total|amount",
            r"valor total|precio total|total b/?|monto total|importe total|valor neto",
        ),
    ),
    (Column.QUANTITY, _pattern(r"cants?|cantidad|cantid|ctd|cnt|qty|can")),
    (
        Column.NAME,
        _pattern(
            r"descripcion(?: del? .*)?|descrip|desc|detalle|productos?|articulos?|concepto|servicio",
            r"(?:item )?description",
        ),
    ),
    (Column.TAX, _pattern(r"itbms|itbm|impuesto|imp|tasa|tax|iva|% ?itbms|itbms ?%|% imp|isc")),
    (Column.DISCOUNT, _pattern(r"descuento|dscto|dcto|desc|% ?desc|desc ?%|dto")),
    (Column.UNIT, _pattern(r"unidad|und|um|u m|unid|uni|medida|u/m|uom|unidad (?:de )?medida")),
    (Column.CODE, _pattern(r"codigo|cod|sku|ref|referencia|code|upc|plu|codigo item")),
    (Column.LINE, _pattern(r"no|nro|num|n|#|item|linea|lin|ln")),
)
_USUAL_HEADINGS = {
    "descripcion": Column.NAME,
    "cantidad": Column.QUANTITY,
    "valor unitario": Column.UNIT_PRICE,
    "precio unitario": Column.UNIT_PRICE,
    "importe": Column.AMOUNT,
    "monto": Column.AMOUNT,
}


def heading_of(text: str) -> Column | None:
    """What a column with this heading holds; None for other words. `Desc` is a name here, a discount beside a name."""
    label = fold_word(text)
    for column, pattern in _HEADINGS:
        if pattern.fullmatch(label):
            return column
    if len(label) < _SHORTEST_ALIKE:
        return None
    return _alike(label, _USUAL_HEADINGS)


def _alike(text: str, usual: Mapping[str, _Meaning]) -> _Meaning | None:
    """What the most similar usual label of as many words means."""
    choices = [label for label in usual if label.count(" ") == text.count(" ")]
    shape = text.translate(_SHAPES)
    for label in choices:
        if label.translate(_SHAPES) == shape:
            return usual[label]
    best = process.extractOne(text, choices, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return usual[best[0]] if best else None
