"""A second look under the schema `lumis`: the new reading merged into what the client had (Lumis API, section 6)."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from reconciler.checks import cufe_agrees
from reconciler.merge import found, merge, taken_from
from reconciler.schemas.lumis import conclude, extract, generated_cufe
from shared.contracts import faults
from shared.contracts.documents import DocumentRecognized
from shared.contracts.lumis import ExtractedData, LumisOutcome, Retry
from shared.panama import parse_cufe

_SPEAKS_OF: Mapping[str, frozenset[str]] = {
    faults.DV_MISMATCH: frozenset(("ruc", "dv")),
    faults.DV_COMPUTABLE: frozenset(("dv",)),
    faults.RUC_IMPLAUSIBLE: frozenset(("ruc",)),
    faults.DATE_IMPLAUSIBLE: frozenset(("date",)),
    faults.TOTAL_MISMATCH: frozenset(("total", "products")),
    faults.LINE_MISMATCH: frozenset(("products",)),
    faults.TOTAL_NOT_POSITIVE: frozenset(("total",)),
    "INVALID_TOTAL": frozenset(("total",)),
    "INVALID_TOT_ITBMS": frozenset(("tot_itbms",)),
    "INVALID_DATE": frozenset(("date",)),
    "INVALID_PRODUCT": frozenset(("products",)),
}
"""Fields by the reader's warnings of them: a retry passes on only those of fields that it searched or took."""


def reconcile(event: DocumentRecognized, retry: Retry) -> LumisOutcome:
    """The merge, what it lacks, and whether all that was searched was found; `duplicate_of` is the store's to say."""
    new, hints, told = extract(event.reading)
    previous = _sound(retry.previous or ExtractedData())
    taken = taken_from(previous, new, retry.searched)
    outcome = conclude(
        event,
        merge(previous, new, retry.searched),
        hints if "products" in taken else (),
        _about(taken.union(retry.searched), (*event.reading.warnings, *told)),
    )
    found_all = all(found(new, key) for key in retry.searched)
    update: dict[str, Any] = {"searched_fields": retry.searched, "found_all_searched": found_all}
    printed = parse_cufe(outcome.cufe) if outcome.cufe else None
    if printed and not cufe_agrees(printed, outcome.extracted):  # the second picture shows another paper's code
        update |= {"cufe": generated_cufe(event.request_id), "cufe_source": "generated"}
    return outcome.model_copy(update=update)


def _about(keys: Collection[str], warnings: Collection[str]) -> tuple[str, ...]:
    return tuple(code for code in warnings if code not in _SPEAKS_OF or _SPEAKS_OF[code] & set(keys))


def _sound(previous: ExtractedData) -> ExtractedData:
    """What the client sent, without a date that does not exist: the gateway refuses it, but others send events too."""
    try:
        if previous.date is not None:
            dt.date.fromisoformat(previous.date)
    except ValueError:
        return previous.model_copy(update={"date": None})
    return previous
