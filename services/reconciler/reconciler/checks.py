"""Do the figures of an invoice of Panama agree? Every answer is a warning: a disagreement never refuses a paper.

A printed total may differ from its lines for honest reasons (a tip, a discount below the lines, a line that was read
badly), and the API answers such an invoice as complete (Lumis API, section 3).
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from shared.contracts.faults import DATE_IMPLAUSIBLE, DV_MISMATCH, ITBMS_MISMATCH, LINE_MISMATCH, TOTAL_MISMATCH
from shared.contracts.lumis import ExtractedData, Product
from shared.mandatory import line_price
from shared.money import CENT
from shared.panama import Cufe, dv_fits, normalize_ruc

ITBMS_RATES = (Decimal(0), Decimal("0.07"), Decimal("0.10"), Decimal("0.15"))
"""Exempt, general, alcohol and lodging, tobacco."""


def warnings_of(data: ExtractedData, received_on: dt.date) -> tuple[str, ...]:
    """Every warning that the figures themselves give; `received_on` is the day of the upload in UTC."""
    found = {
        DV_MISMATCH: data.ruc is not None and data.dv is not None and dv_fits(data.ruc, data.dv.zfill(2)) is False,
        TOTAL_MISMATCH: not total_agrees(data.products, data.tot_itbms, data.total),
        LINE_MISMATCH: not all(line_agrees(product) for product in data.products),
        ITBMS_MISMATCH: not itbms_is_possible(data.tot_itbms, data.total),
        # Panama is five hours behind UTC, so that its day is never after the day in UTC.
        DATE_IMPLAUSIBLE: data.date is not None and dt.date.fromisoformat(data.date) > received_on,
    }
    return tuple(code for code, holds in found.items() if holds)


def line_agrees(product: Product) -> bool:
    """Whether quantity times unit price makes the line's amount; a line that lacks one of the three agrees.

    A unit price is rounded to cents, so that its error grows with the quantity. ITBMS may be in the amount alone.
    """
    if product.quantity is None or product.unit_price is None or product.total_price is None:
        return True
    exact = product.quantity * product.unit_price
    slack = max(CENT, abs(product.quantity) * CENT / 2)
    return any(abs(exact * (1 + rate) - product.total_price) <= slack for rate in ITBMS_RATES)


def total_agrees(products: Sequence[Product], tot_itbms: Decimal | None, total: Decimal | None) -> bool:
    """Whether the lines make the total, ITBMS being added or already in them; a cent per line for rounding.

    Without a figure for ITBMS, anything between no tax and the highest rate on every line will do. Where the total,
    or the price of a line, is not known there is nothing to compare.
    """
    prices = [line_price(product) for product in products]
    known = [price for price in prices if price is not None]
    if total is None or not known or len(known) < len(prices):
        return True
    lines, slack = _sum(known), CENT * (len(known) + 1)
    if tot_itbms is None:
        return lines - slack <= total <= lines * (1 + ITBMS_RATES[-1]) + slack
    return abs(lines + tot_itbms - total) <= slack or abs(lines - total) <= slack


def itbms_is_possible(tot_itbms: Decimal | None, total: Decimal | None) -> bool:
    """Whether ITBMS lies between nothing and the highest rate on all that is left of the total."""
    if tot_itbms is None or total is None:
        return True
    return 0 <= tot_itbms <= (total - tot_itbms) * ITBMS_RATES[-1] + CENT


def cufe_agrees(cufe: Cufe, data: ExtractedData) -> bool:
    """Whether a CUFE repeats what the paper says; fields that were not read do not disagree.

    The paper may print the number with its branch and billing point, so that it ends as the CUFE's.
    """
    return (
        (data.ruc is None or normalize_ruc(data.ruc) == cufe.ruc)
        and (data.dv is None or data.dv.zfill(2) == cufe.dv)
        and (data.date is None or data.date == cufe.date.isoformat())
        and (data.invoice_number is None or _digits(data.invoice_number).endswith(cufe.number.lstrip("0")))
    )


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
