"""What the clients of the Lumis API are shown of a retry's end (Lumis API, sections 4 to 6)."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel

from gateway.http import ErrorRow, Problem
from gateway.lumis import (
    OCR_PROCESSING_FAILED,
    ExtractedShown,
    InvoiceFound,
    InvoiceRead,
    MissingDetails,
    Shown,
    UnreadableDetails,
    found_shown,
    missing_shown,
    show,
)
from gateway.results import Conclusion
from gateway.store import StoredRequest
from shared.contracts.documents import Unreadable
from shared.contracts.lumis import ExtractedData, FieldKey, LumisOutcome, MissingField, Retry
from shared.mandatory import MANDATORY, is_present

RETRY_EXTRACTION_INCOMPLETE = ErrorRow(
    422, "RETRY_EXTRACTION_INCOMPLETE", "Aún no se pudieron detectar todos los campos requeridos."
)
_MISSING_MESSAGE = "Aún no se pudieron detectar todos los campos requeridos. Faltan: {names}"
_COMPLETE = "¡Factura completa! Todos los campos obligatorios fueron extraídos."
_EXTRACTED = "Los campos buscados fueron extraídos."


class _Searched(Shown):
    success: Literal[True] = True
    retry_mode: Literal[True] = True
    searched_fields: tuple[FieldKey, ...]


class InvoiceRetried(InvoiceFound, _Searched):
    """200: the merge is complete and stored; or, without `previous_data`, every searched field was found."""

    status: Literal["pending_validation", "fields_extracted"]
    """`fields_extracted`: the client merges by itself; nothing is stored and there is no CUFE."""


class _Retried(BaseModel):
    success: Literal[False] = False
    retry_mode: Literal[True] = True
    searched_fields: tuple[FieldKey, ...]


class RetryMissingDetails(MissingDetails, _Retried):
    """422: the merge still lacks mandatory fields; `extracted_data` goes into the next retry."""


class RetryUnreadableDetails(UnreadableDetails, _Retried):
    """422: the new picture itself cannot be read; `extracted_data` is what the client had, nothing is charged."""


def show_request(request: StoredRequest) -> InvoiceRead | InvoiceRetried:
    """A stored request's end in the words of its own operation.

    Raises:
        Problem: as `show_retry`, as `gateway.lumis.show`.
    """
    if request.retry is None:
        return show(request.conclusion, request.cost)
    return show_retry(request.conclusion, request.cost, request.retry)


def show_retry(conclusion: Conclusion | None, cost: int, retry: Retry) -> InvoiceRetried:
    """The merge that a retry ended with; `cost` in Lümis.

    Raises:
        Problem: 422 where fields are missing or the document is at fault, 500 where nothing could be read.
    """
    if conclusion is not None and isinstance(conclusion.outcome, LumisOutcome):
        return _show_outcome(conclusion.outcome, cost, retry)
    reason = conclusion.unreadable if conclusion else None
    if reason is None or not reason.documents_fault:
        raise Problem(OCR_PROCESSING_FAILED)
    raise unreadable(reason, retry)


def unreadable(reason: Unreadable, retry: Retry) -> Problem:
    """The 422 of a picture that is itself at fault: what the client had comes back, for its next retry."""
    previous = retry.previous or ExtractedData()
    lacking = tuple(field for field in MANDATORY if not is_present(previous, field.field_key))
    # Clients take an empty list for another kind of error; with nothing lacking, what was searched was not found.
    missing = lacking or tuple(field for field in MANDATORY if field.field_key in retry.searched)
    message = _message(missing)
    details = RetryUnreadableDetails(
        searched_fields=retry.searched,
        message=message,
        reason=reason.name,
        **missing_shown(ExtractedShown.model_validate(previous), missing),
    )
    return Problem(RETRY_EXTRACTION_INCOMPLETE, message=message, details=details.model_dump(mode="json"))


def _show_outcome(outcome: LumisOutcome, cost: int, retry: Retry) -> InvoiceRetried:
    extracted = ExtractedShown.model_validate(outcome.extracted)
    if not outcome.complete and (retry.previous is not None or not outcome.found_all_searched):
        message = _message(outcome.missing_fields)
        details = RetryMissingDetails(
            searched_fields=retry.searched,
            cost_lumis=cost,
            message=message,
            **missing_shown(extracted, outcome.missing_fields),
        )
        raise Problem(RETRY_EXTRACTION_INCOMPLETE, message=message, details=details.model_dump(mode="json"))
    return InvoiceRetried(
        searched_fields=retry.searched,
        status="pending_validation" if outcome.complete else "fields_extracted",
        message=_COMPLETE if outcome.complete else _EXTRACTED,
        **found_shown(extracted, outcome, cost),
    )


def _message(missing: Sequence[MissingField]) -> str:
    return _MISSING_MESSAGE.format(names=", ".join(field.field_name for field in missing))
