"""Invoices of several countries and layouts with a text layer, drawn with their truth. Every party is invented."""

from collections.abc import Callable, Mapping

from tests.support.drawn_invoices.english import american, british
from tests.support.drawn_invoices.germanic import dutch, german_credit, german_long, swiss
from tests.support.drawn_invoices.romance import french, italian, portuguese, spanish
from tests.support.drawn_invoices.sheet import DrawnInvoice, Sheet

DRAWN: Mapping[str, Callable[[], DrawnInvoice]] = {
    each.__name__: each
    for each in (
        american,
        british,
        spanish,
        italian,
        dutch,
        french,
        german_long,
        german_credit,
        portuguese,
        swiss,
    )
}

__all__ = ["DRAWN", "DrawnInvoice", "Sheet", "german_credit"]
