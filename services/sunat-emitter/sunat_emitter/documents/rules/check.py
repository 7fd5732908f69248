"""All rules on a document."""

from datetime import date

from sunat_emitter.documents.model import Comprobante
from sunat_emitter.documents.rules.deadlines import Deadlines, late
from sunat_emitter.documents.rules.header import HEADER
from sunat_emitter.documents.rules.lines import DETAIL, DISCOUNTS
from sunat_emitter.documents.rules.notes import NOTES
from sunat_emitter.documents.rules.parties import PARTIES, check_digits
from sunat_emitter.documents.rules.payment import DEPOSIT, PAYMENT
from sunat_emitter.documents.rules.rule import LineRule, Rule, Violation, apply
from sunat_emitter.documents.rules.totals import ADJUSTMENTS, FORMATS, SUMS
from sunat_emitter.documents.rules.tributos import TAXES

RULES: tuple[Rule | LineRule, ...] = (
    *HEADER,
    *PARTIES,
    *NOTES,
    *DETAIL,
    *DISCOUNTS,
    *TAXES,
    *FORMATS,
    *SUMS,
    *ADJUSTMENTS,
    *PAYMENT,
    *DEPOSIT,
)


def violations(
    comprobante: Comprobante,
    *,
    hoy: date | None = None,
    deadlines: Deadlines | None = None,
    strict_ruc: bool = False,
) -> tuple[Violation, ...]:
    """What SUNAT would hold against the document; empty where it is clean.

    Args:
        comprobante: The document, as it is to be built.
        hoy: Today in Lima; without it nothing is said about deadlines.
        deadlines: The days allowed, SUNAT's own by default.
        strict_ruc: A RUC with a wrong check digit is rejected instead of a warning.
    """
    found = [*apply(RULES, comprobante), *check_digits(comprobante, strict=strict_ruc)]
    if not comprobante.lineas:
        found.append(Violation("2023", "El comprobante no contiene ítems", "reject"))
    if hoy is not None:
        found += late(comprobante, hoy, deadlines or Deadlines())
    return tuple(found)
