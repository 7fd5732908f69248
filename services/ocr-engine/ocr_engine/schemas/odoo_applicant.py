"""The schema `odoo_applicant`: a résumé of any country (Extract API, applicants)."""

from ocr_engine.schemas.odoo_invoice import INSTRUCTIONS
from ocr_engine.schemas.shape import DocumentSchema, Key, Kind, Shape
from shared.contracts.odoo import ODOO_APPLICANT

_RULES = """\

For this schema:
- The paper is the résumé of one applicant. Take only the applicant's own name and addresses, never those of an \
employer, a school or a referee.
- mobile is a number that is said to be a mobile's, or has a mobile's prefix in its country; every other one is phone.
- Telephone numbers are copied as printed, with their country code if they have one.
- If the document is no résumé, use null everywhere."""

ODOO_APPLICANT_SCHEMA = DocumentSchema(
    name=ODOO_APPLICANT,
    shape=Shape(
        header=(
            Key("name", Kind.TEXT, "The applicant's full name", 120),
            Key("email", Kind.TEXT, "The applicant's e-mail address", 120),
            Key("phone", Kind.TEXT, "Telephone number that is no mobile's", 40),
            Key("mobile", Kind.TEXT, "Mobile telephone number", 40),
        ),
        items="items",
        items_meaning="",
        item=(),
    ),
    mandatory=("name",),
    instructions=INSTRUCTIONS + _RULES,
    task="Read this résumé.",
    day_first=None,
    shows_text=True,
    least_side=32,
    limits_pages=True,
)
