"""An amount in Spanish words, as the legend 1000 of catalog 52 wants it."""

from decimal import Decimal

from shared.money import CENT

_UNITS = (
    *("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"),
    *("diez", "once", "doce", "trece", "catorce", "quince", "dieciséis", "diecisiete", "dieciocho", "diecinueve"),
    *("veinte", "veintiuno", "veintidós", "veintitrés", "veinticuatro", "veinticinco", "veintiséis", "veintisiete"),
    *("veintiocho", "veintinueve"),
)
_TENS = ("", "", "", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa")
_HUNDREDS = (
    *("", "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos", "setecientos"),
    *("ochocientos", "novecientos"),
)
_MONEDAS = {
    "PEN": "soles",
    "USD": "dólares americanos",
    "EUR": "euros",
    "GBP": "libras esterlinas",
    "JPY": "yenes",
    "CLP": "pesos chilenos",
    "COP": "pesos colombianos",
    "MXN": "pesos mexicanos",
    "ARS": "pesos argentinos",
    "BRL": "reales brasileños",
    "BOB": "bolivianos",
    "CAD": "dólares canadienses",
    "CHF": "francos suizos",
    "CNY": "yuanes",
}
_ACCENTS = str.maketrans("áéíóú", "aeiou")


def number_in_words(number: int) -> str:
    """A whole number of up to twelve digits: `veintiuno`, `ciento un mil`, `veintiún millones`."""
    if not 0 <= number < 10**12:
        raise ValueError("the number is beyond what words are known for")
    millions, rest = divmod(number, 1_000_000)
    words = []
    if millions:
        words.append("un millón" if millions == 1 else f"{_short(_below_million(millions))} millones")
    if rest or not millions:
        words.append(_below_million(rest))
    return " ".join(words)


def _below_million(number: int) -> str:
    thousands, rest = divmod(number, 1000)
    if not thousands:
        return _below_thousand(rest)
    head = "mil" if thousands == 1 else f"{_short(_below_thousand(thousands))} mil"
    return f"{head} {_below_thousand(rest)}" if rest else head


def _below_thousand(number: int) -> str:
    if number == 100:  # noqa: PLR2004
        return "cien"
    hundreds, rest = divmod(number, 100)
    head = _HUNDREDS[hundreds]
    if head and not rest:
        return head
    tens, units = divmod(rest, 10)
    tail = _UNITS[rest] if rest < len(_UNITS) else _TENS[tens] + (f" y {_UNITS[units]}" if units else "")
    return f"{head} {tail}" if head else tail


def _short(words: str) -> str:
    """Before a noun, `uno` loses its end: `veintiún`, `ciento un`."""
    if words.endswith("veintiuno"):
        return words.removesuffix("uno") + "ún"
    return words.removesuffix("o") if words.endswith("uno") else words


def amount_in_words(amount: Decimal, moneda: str) -> str:
    """`SON TRES MIL CINCUENTA CON 30/100 SOLES`: two decimals, upper case, no accents (they vary by printer).

    A currency without a known name keeps its code.
    """
    cents = int(amount / CENT)
    whole, fraction = divmod(cents, 100)
    moneda = _MONEDAS.get(moneda, moneda.lower())
    return f"SON {number_in_words(whole)} CON {fraction:02}/100 {moneda}".translate(_ACCENTS).upper()
