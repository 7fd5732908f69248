"""The words of the Extract API: kinds of documents, generations of routes, versions and statuses. Pure.

Marks such as "section 3" are of Odoo's documentation of its Extract API; numbers of statuses as its clients know them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from shared.contracts.documents import Unreadable
from shared.contracts.odoo import ODOO_APPLICANT, ODOO_EXPENSE, ODOO_INVOICE

Kind = Literal["invoice", "expense", "applicant"]
Generation = Literal["iap", "1", "2"]
"""`iap`: the first routes (`/iap/…_extract/…`); `1` and `2`: the number in `/api/extract/<kind>/<number>/…`."""

KINDS: tuple[Kind, ...] = ("invoice", "expense", "applicant")
SCHEMAS: Mapping[Kind, str] = {"invoice": ODOO_INVOICE, "expense": ODOO_EXPENSE, "applicant": ODOO_APPLICANT}
INTEGRATION_TOKEN = "integration_token"  # noqa: S105 - everybody's, by the documentation: it opens the test mode
"""The `account_token` of the test mode: free, nothing is read, a fixed answer."""

_VERSIONS: Mapping[Kind, tuple[int, ...]] = {
    "invoice": (120, 121, 122, 123),
    "expense": (130, 131, 132),
    "applicant": (100, 101, 102),
}
_LATEST_OF_1: Mapping[Kind, int] = {"invoice": 122, "expense": 132, "applicant": 102}
"""What the documentation of the routes `/1` names as the latest; invoices of 123 came with `/2`."""
_FIRST_WITH_CANDIDATES = _LATEST_OF_1
_FIRST_BY_UUID: Mapping[Kind, int] = {"invoice": 121, "expense": 132, "applicant": 102}
_FIRST_FLAT = 123


@dataclass(frozen=True)
class Where:
    """The route that was called, as far as answers depend on it."""

    kind: Kind
    generation: Generation

    @property
    def by_token(self) -> bool:
        """Whether documents go by `document_token`, and are shown to their own account alone."""
        return self.generation == "2"


@dataclass(frozen=True)
class Version:
    """How a kind's answers look."""

    kind: Kind
    number: int

    @property
    def has_words(self) -> bool:
        """Whether candidates are called `words`, taxes `global_taxes…`, and dates hold a time."""
        return self.number < _FIRST_WITH_CANDIDATES[self.kind]

    @property
    def has_flat_lines(self) -> bool:
        """Whether invoice lines are plain values."""
        return self.kind == "invoice" and self.number >= _FIRST_FLAT

    @property
    def goes_by_number(self) -> bool:
        """Whether its clients know a document by an integer alone."""
        return self.number < _FIRST_BY_UUID[self.kind]


def version_of(where: Where, given: Any) -> Version | None:
    """The version that a call asks for; None where it is unknown on `/2`, which demands one.

    On `/1` and before it is optional: the latest of those routes where it is absent, else the nearest that is known.
    """
    number = _number(given)
    known = _VERSIONS[where.kind]
    if where.by_token:
        return Version(where.kind, number) if number in known else None
    if number is None:
        return Version(where.kind, _LATEST_OF_1[where.kind])
    return Version(where.kind, max((each for each in known if each <= number), default=known[0]))


def _number(given: Any) -> int | None:
    if isinstance(given, str) and given.strip().isascii() and given.strip().isdigit():
        return int(given.strip()[:9])
    return given if isinstance(given, int) and not isinstance(given, bool) else None


@dataclass(frozen=True)
class Status:
    """How a call ended, as `result` tells it; `code` is for clients of `/1` and before."""

    name: str
    code: int
    message: str
    counted: str = ""
    """Its name among the metrics, where clients are told another."""

    @property
    def metric(self) -> str:
        """Its name among the metrics: what is the caller's doing does not count as our trouble."""
        return self.counted or self.name

    def shown(self, where: Where | None, message: str | None = None) -> dict[str, Any]:
        """The members of `result`. `/2` has no `status_code`."""
        said: dict[str, Any] = {"status": self.name, "status_msg": message or self.message}
        return said if where is not None and where.by_token else {**said, "status_code": self.code}


SUCCESS = Status("success", 0, "Success")
PROCESSING = Status("processing", 1, "Not ready")
INTERNAL = Status("error_internal", 2, "An error occurred")
TOO_MANY_NAMED = replace(INTERNAL, counted="too_many_documents")
"""The caller asks for more documents than one call may; clients know no status for it."""
NO_CREDIT = Status("error_no_credit", 3, "You don't have enough credit")
NOT_FOUND = Status("error_document_not_found", 4, "The document could not be found")
UNSUPPORTED_FORMAT = Status("error_unsupported_format", 6, "Unsupported file format")
MAINTENANCE = Status("error_maintenance", 9, "Server is currently under maintenance. Please try again later.")
OVER_LIMIT = replace(MAINTENANCE, counted="over_limit")
"""The caller is over its rate limit; clients know no status for it."""
PASSWORD_PROTECTED = Status("error_password_protected", 10, "The PDF file is protected by a password")
TOO_MANY_PAGES = Status("error_too_many_pages", 11, "The document contains too many pages")
INVALID_TOKEN = Status("error_invalid_account_token", 12, "The account token is not valid")
VALIDATION_FORMAT = Status("error_validation_format", 12, "Validation format is incorrect")
UNSUPPORTED_VERSION = Status("error_unsupported_version", 2, "Unsupported version")
"""Routes of `/2` alone say it, so its code is never seen."""
UNSUPPORTED_SIZE = Status("error_unsupported_size", 14, "The document has been rejected because it is too small")
NO_PAGE_COUNT = Status("error_no_page_count", 15, "Unable to get page count of the PDF file")
NO_CONVERSION = Status("error_pdf_conversion_to_images", 16, "Couldn't convert the PDF to images")

_PDF = "application/pdf"
_FAULTS: Mapping[Unreadable, Status] = {
    Unreadable.ENCRYPTED: PASSWORD_PROTECTED,
    Unreadable.TOO_MANY_PAGES: TOO_MANY_PAGES,
    Unreadable.TOO_SMALL: UNSUPPORTED_SIZE,
}
_FAULTS_OF_PDFS: Mapping[Unreadable, Status] = {
    Unreadable.DAMAGED: NO_PAGE_COUNT,
    Unreadable.TOO_LARGE: NO_CONVERSION,
    Unreadable.TOO_COSTLY: NO_CONVERSION,
}
_FAULTS_OF_PICTURES: Mapping[Unreadable, Status] = dict.fromkeys(
    (Unreadable.DAMAGED, Unreadable.TOO_LARGE, Unreadable.TOO_COSTLY), UNSUPPORTED_FORMAT
)


def status_of(reason: Unreadable, content_type: str) -> Status:
    """Why a document has no result. A picture that cannot be decoded is of no supported format after all.

    `error_internal` is for our own trouble alone: programs send such a document again.
    """
    faults = _FAULTS_OF_PDFS if content_type == _PDF else _FAULTS_OF_PICTURES
    return _FAULTS.get(reason) or faults.get(reason, INTERNAL)
