"""A résumé read under the schema `odoo_applicant`."""

from ocr_engine.local.applicant.contact import find_emails, find_numbers, phones_of
from ocr_engine.local.applicant.person import find_person
from ocr_engine.local.found import field_of
from ocr_engine.local.page import Document
from shared.contracts.odoo import APPLICANT_FIELDS, ODOO_APPLICANT
from shared.contracts.reading import Reading

_LEAST = 0.3
_MOST_LINES, _LONGEST_LINE = 1500, 600
"""More lines, or characters on one, no résumé has; what hostile pages cost is bounded so."""


def read_applicant(document: Document, mode: int) -> Reading:  # noqa: ARG001 - every schema's rules are called alike
    """The reading of a résumé: name, e-mail, phone and mobile; what is not on it stays empty."""
    lines = [line for line in document.lines[:_MOST_LINES] if len(line.text) <= _LONGEST_LINE]
    emails = find_emails(lines)
    phones, mobiles = phones_of(find_numbers(lines))
    found = {"name": find_person(lines, emails), "email": emails, "phone": phones, "mobile": mobiles}
    return Reading(
        schema_name=ODOO_APPLICANT,
        provider="local",
        fields={key: field_of(found[key], _LEAST) for key in APPLICANT_FIELDS},
        pages=document.pages,
        pages_read=document.pages_read,
        warnings=document.warnings,
    )


def applicant_quality(reading: Reading) -> tuple[float, ...]:
    """How good a reading is, for choosing between two of the same résumé: more is better at the first difference."""
    return (
        sum(field.value is not None for field in reading.fields.values()),
        sum(field.confidence for field in reading.fields.values()),
    )
