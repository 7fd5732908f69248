"""What each of SUNAT's answers means for a comprobante, and what is to be done about it: one table, row by row."""

from dataclasses import dataclass
from enum import StrEnum

from sunat_emitter.cdr import Cdr
from sunat_emitter.envelope import Fault, Unusable


class Verdict(StrEnum):
    """What is to be done."""

    ACCEPTED = "accepted"
    OBSERVED = "observed"
    """Accepted, with remarks."""
    REJECTED = "rejected"
    """Its number is spent."""
    FIX = "fix"
    """Not registered: put right what is wrong, then send the same number again."""
    RETRY = "retry"
    """The platform's trouble: again, with more and more time between."""
    STOP = "stop"
    """The issuer's credentials or profile: nothing of this issuer is sent until they change."""
    RECONCILE = "reconcile"
    """SUNAT has one of this number already, or works on it: ask what became of it, never send blindly."""


@dataclass(frozen=True)
class Row:
    """The codes from `first` to `last` and what they mean."""

    first: int
    last: int
    verdict: Verdict
    why: str

    def covers(self, codigo: int) -> bool:
        """Whether the row is about this code."""
        return self.first <= codigo <= self.last


def _one(codigo: int, verdict: Verdict, why: str) -> Row:
    return Row(codigo, codigo, verdict, why)


ROWS: tuple[Row, ...] = (
    _one(0, Verdict.ACCEPTED, "accepted"),
    _one(98, Verdict.RETRY, "still in process"),
    _one(140, Verdict.RECONCILE, "in process already"),
    _one(402, Verdict.RECONCILE, "the name was sent before"),
    _one(1032, Verdict.RECONCILE, "registered before, and rejected or voided"),
    _one(1033, Verdict.RECONCILE, "registered before"),
    _one(2223, Verdict.RECONCILE, "informed before"),
    _one(2282, Verdict.RECONCILE, "informed before, in a summary"),
    _one(2324, Verdict.RECONCILE, "informed before, a voiding"),
    _one(100, Verdict.RETRY, "the system cannot answer"),
    _one(109, Verdict.RETRY, "the authentication service is not available"),
    _one(110, Verdict.RETRY, "the kind of user could not be read"),
    Row(130, 138, Verdict.RETRY, "the platform could not take the file"),
    _one(200, Verdict.RETRY, "the batch could not be processed"),
    Row(250, 253, Verdict.RETRY, "the platform could not unpack or store it"),
    Row(101, 113, Verdict.STOP, "credentials or profile"),
    Row(100, 1999, Verdict.FIX, "exception: the document was not registered"),
    Row(2000, 3999, Verdict.REJECTED, "rejected"),
    Row(4000, 4999, Verdict.OBSERVED, "accepted, with a remark as its code"),
)
"""In order: the first row that covers a code counts. Where a code is in none, SUNAT said nothing that can be used."""

_ACCEPTANCES = frozenset({Verdict.ACCEPTED, Verdict.OBSERVED})
_UNAUTHORIZED = "http_401"


def of_code(codigo: int) -> Row | None:
    """The row of a code; None where there is none."""
    return next((row for row in ROWS if row.covers(codigo)), None)


def of_cdr(cdr: Cdr) -> Verdict:
    """What a CDR means. Code 0 with remarks is an acceptance with observations."""
    row = of_code(cdr.codigo)
    if row is None:
        return Verdict.RETRY
    if row.verdict is Verdict.ACCEPTED and cdr.observaciones:
        return Verdict.OBSERVED
    return row.verdict


def of_fault(fault: Fault) -> Verdict:
    """What a fault means: beta reports rejections as faults too. Without a code it is the platform's trouble."""
    row = None if fault.codigo is None else of_code(fault.codigo)
    if row is None or row.verdict in _ACCEPTANCES:  # a fault accepts nothing, whatever its number
        return Verdict.RETRY
    return row.verdict


def of_silence(unusable: Unusable) -> Verdict:
    """What it means that nothing usable came."""
    return Verdict.STOP if unusable.reason == _UNAUTHORIZED else Verdict.RETRY


class Consulted(StrEnum):
    """What a consult told of a comprobante."""

    CDR = "cdr"
    """Its receipt came along."""
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    VOIDED = "voided"
    ABSENT = "absent"
    """SUNAT does not know it: sending is safe."""
    UNANSWERED = "unanswered"
    """The consult cannot tell (a boleta's series, wrong format, no answer)."""


_OF_CDR_CONSULT = {4: Consulted.CDR, 127: Consulted.ABSENT, 11: Consulted.ABSENT}
_OF_STATE_CONSULT = {
    1: Consulted.ACCEPTED,
    2: Consulted.REJECTED,
    3: Consulted.VOIDED,
    11: Consulted.ABSENT,
}


def of_cdr_consult(codigo: int, *, with_content: bool) -> Consulted:
    """What getStatusCdr's code means: 0004 the receipt exists, 0127 there is none."""
    found = _OF_CDR_CONSULT.get(codigo, Consulted.UNANSWERED)
    return Consulted.UNANSWERED if found is Consulted.CDR and not with_content else found


def of_state_consult(codigo: int) -> Consulted:
    """What the consult's getStatus means: 0001 accepted, 0002 rejected, 0003 voided, 0011 unknown, else no answer."""
    return _OF_STATE_CONSULT.get(codigo, Consulted.UNANSWERED)


class Ticket(StrEnum):
    """What a ticket's status code means."""

    DONE = "done"
    FAILED = "failed"
    """Done with errors; the CDR in its content says which."""
    IN_PROCESS = "in_process"
    UNKNOWN = "unknown"
    """Also seen for tickets that were just given: kept, and asked again."""


_OF_TICKET = {0: Ticket.DONE, 98: Ticket.IN_PROCESS, 99: Ticket.FAILED, 127: Ticket.UNKNOWN}


def of_ticket(codigo: int) -> Ticket:
    """What getStatus says of a ticket, compared as a number: `0098` is 98."""
    return _OF_TICKET.get(codigo, Ticket.UNKNOWN)


ON_BOOKS = frozenset({2105, 2223, 2282, 2323, 2324, 2398, 2663, 2987})
"""What SUNAT says of a summary or voiding by its books: after a lost answer, its own first taking may be the reason."""
