"""Each row of what SUNAT's answers mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunat_emitter.cdr import Cdr
from sunat_emitter.envelope import Fault, Unusable
from sunat_emitter.verdict import (
    ROWS,
    Consulted,
    Ticket,
    Verdict,
    of_cdr,
    of_cdr_consult,
    of_code,
    of_fault,
    of_silence,
    of_state_consult,
    of_ticket,
)

CODES = {
    Verdict.ACCEPTED: (0,),
    Verdict.OBSERVED: (4000, 4031, 4999),
    Verdict.REJECTED: (2000, 2017, 2108, 2335, 2800, 3277, 3999),
    Verdict.FIX: (151, 156, 306, 1034, 1035, 1036, 1999, 125),
    Verdict.RETRY: (98, 100, 109, 110, 130, 134, 138, 200, 250, 253),
    Verdict.STOP: (101, 102, 103, 104, 105, 106, 107, 111, 112, 113),
    Verdict.RECONCILE: (140, 402, 1032, 1033, 2223, 2282, 2324),
}


@pytest.mark.parametrize(
    ("codigo", "expected"),
    [(code, verdict) for verdict, codes in CODES.items() for code in codes],
)
def test_each_code_has_its_verdict(codigo: int, expected: Verdict) -> None:
    row = of_code(codigo)
    assert row is not None
    assert row.verdict is expected


def test_every_row_of_the_table_is_reached_by_some_code() -> None:
    reached = {id(of_code(code)) for code in range(5000)}
    assert {id(row) for row in ROWS} == reached - {id(None)}


def test_a_receipt_without_remarks_is_accepted_and_with_them_observed() -> None:
    assert of_cdr(Cdr(0, "ha sido aceptada")) is Verdict.ACCEPTED
    assert of_cdr(Cdr(0, "ha sido aceptada", ("4031 - x",))) is Verdict.OBSERVED


def test_a_receipt_with_a_code_of_rejection_is_rejected_even_with_remarks() -> None:
    assert of_cdr(Cdr(2800, "x", ("4031 - x",))) is Verdict.REJECTED


def test_beta_reports_a_rejection_as_a_fault() -> None:
    assert of_fault(Fault(2800, "x")) is Verdict.REJECTED


@pytest.mark.parametrize("codigo", [None, 0, 7, 99, 4031, 5000])
def test_a_fault_without_a_code_of_the_table_is_tried_again(codigo: int | None) -> None:
    assert of_fault(Fault(codigo, "Internal Error (from client)")) is Verdict.RETRY


@pytest.mark.parametrize(
    "reason", ["timeout", "unreachable", "broken", "http_502", "http_503", "http_500", "empty", "malformed"]
)
def test_silence_is_tried_again(reason: str) -> None:
    assert of_silence(Unusable(reason)) is Verdict.RETRY


def test_an_unauthorized_sender_is_stopped() -> None:
    assert of_silence(Unusable("http_401")) is Verdict.STOP


@given(st.integers(min_value=0, max_value=9999))
def test_no_code_but_zero_and_remarks_accepts(codigo: int) -> None:
    accepting = {Verdict.ACCEPTED, Verdict.OBSERVED}
    assert (of_cdr(Cdr(codigo, "")) in accepting) == (codigo == 0 or 4000 <= codigo <= 4999)


@pytest.mark.parametrize(
    ("codigo", "content", "expected"),
    [
        (4, True, Consulted.CDR),
        (4, False, Consulted.UNANSWERED),
        (127, False, Consulted.ABSENT),
        (11, False, Consulted.ABSENT),
        (10, False, Consulted.UNANSWERED),
        (125, False, Consulted.UNANSWERED),
    ],
)
def test_a_consult_for_the_receipt(codigo: int, content: bool, expected: Consulted) -> None:
    assert of_cdr_consult(codigo, with_content=content) is expected


@pytest.mark.parametrize(
    ("codigo", "expected"),
    [
        (1, Consulted.ACCEPTED),
        (2, Consulted.REJECTED),
        (3, Consulted.VOIDED),
        (11, Consulted.ABSENT),
        *((code, Consulted.UNANSWERED) for code in (4, 5, 6, 7, 8, 9, 10, 12)),
    ],
)
def test_a_consult_for_the_state(codigo: int, expected: Consulted) -> None:
    assert of_state_consult(codigo) is expected


@pytest.mark.parametrize(
    ("codigo", "expected"),
    [(0, Ticket.DONE), (98, Ticket.IN_PROCESS), (99, Ticket.FAILED), (127, Ticket.UNKNOWN), (1234, Ticket.UNKNOWN)],
)
def test_a_tickets_status(codigo: int, expected: Ticket) -> None:
    assert of_ticket(codigo) is expected
