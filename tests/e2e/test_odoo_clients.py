"""Programs of our own that follow the documented flow: parse, poll until ready, print four figures, validate.

One for each generation of the protocol, as plain as an integrator writes it: `requests`, ten seconds for each call, no
look at anything that the documentation of the generation does not name.
"""

import asyncio
import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from tests.support.drawn_invoices import DRAWN
from tests.support.extract import TEST_TOKEN, account
from tests.support.platform import Platform

PAPER = DRAWN["british"]().content
TIMEOUT = 10
POLL_SECONDS = 0.1


@dataclass
class Program:
    """An integrator's program: where it calls, and what it printed."""

    host: str
    token: str
    printed: list[Any] = field(default_factory=list)

    def call(self, path: str, params: dict[str, Any], identity: Any = 0) -> dict[str, Any]:
        body = {"jsonrpc": "2.0", "method": "call", "params": params, "id": identity}
        response = requests.post(f"{self.host}{path}", json=body, timeout=TIMEOUT)
        response.raise_for_status()
        answer = response.json()
        assert answer["id"] == identity
        return dict(answer["result"])

    def print_figures(self, result: dict[str, Any]) -> None:
        """Indexes the four features directly, as the documented samples do."""
        for name in ("total", "subtotal", "invoice_id", "date"):
            self.printed.append(result[name]["selected_value"]["content"])


def run_120(program: Program) -> None:
    """Codes alone, integers, `get_results` keyed by text."""
    document = {"documents": [base64.b64encode(PAPER).decode("ascii")]}
    answer = program.call("/iap/invoice_extract/parse", {"account_token": program.token, "version": 120, **document})
    if answer["status_code"] != 0:
        raise RuntimeError(answer["status_msg"])
    number = answer["document_id"]
    while True:
        answer = program.call("/iap/invoice_extract/get_results", {"version": 120, "document_ids": [number]})
        standing = answer[str(number)]
        if standing["status_code"] != 1:
            break
        time.sleep(POLL_SECONDS)
    if standing["status_code"] != 0:
        raise RuntimeError(standing["status_msg"])
    program.print_figures(standing["results"][0])
    values = {"total": {"content": standing["results"][0]["total"]["selected_value"]["content"]}}
    answer = program.call("/iap/invoice_extract/validate", {"document_id": str(number), "values": values})
    assert answer["status_code"] == 0


def run_122(program: Program) -> None:
    """`document_uuid`, `status`, and the uuid under `document_id` when it validates."""
    document = {"documents": [base64.b64encode(PAPER).decode("ascii")]}
    answer = program.call("/api/extract/invoice/1/parse", {"account_token": program.token, "version": 122, **document})
    if answer["status"] != "success":
        raise RuntimeError(answer["status_msg"])
    uuid = answer["document_uuid"]
    while True:
        answer = program.call("/api/extract/invoice/1/get_result", {"version": 122, "document_uuid": uuid})
        if answer["status"] != "processing":
            break
        time.sleep(POLL_SECONDS)
    if answer["status"] != "success":
        raise RuntimeError(answer["status_msg"])
    program.print_figures(answer["results"][0])
    values = {
        "total": {"content": 706.8},
        "subtotal": {"content": 589.0},
        "merged_lines": False,
        "invoice_lines": {
            "lines": [
                {
                    "description": "Oak worktop 3m oiled",
                    "quantity": 2.0,
                    "unit_price": 189.5,
                    "product": False,
                    "taxes_amount": 75.8,
                    "taxes": [{"amount": 20.0, "type": "percent", "price_include": False}],
                    "subtotal": 379.0,
                    "total": 454.8,
                }
            ]
        },
    }
    answer = program.call("/api/extract/invoice/1/validate", {"document_id": uuid, "values": values})
    assert answer["status"] == "success"


def run_123(program: Program) -> None:
    """`document_token` with the account's own token, a text as the call's id, plain lines."""
    own = {"version": 123, "account_token": program.token}
    document = {"documents": [base64.b64encode(PAPER).decode("ascii")]}
    answer = program.call("/api/extract/invoice/2/parse", {**own, **document}, "9f0c")
    if answer["status"] != "success":
        raise RuntimeError(answer["status_msg"])
    known = {**own, "document_token": answer["document_token"]}
    while True:
        answer = program.call("/api/extract/invoice/2/get_result", known, "9f0d")
        if answer["status"] != "processing":
            break
        time.sleep(POLL_SECONDS)
    if answer["status"] != "success":
        raise RuntimeError(answer["status_msg"])
    result = answer["results"][0]
    program.print_figures(result)
    for line in result["invoice_lines"]:
        assert line["quantity"] * line["unit_price"] == pytest.approx(line["subtotal"])
        assert all(isinstance(rate, float) for rate in line["taxes"])
    values = {"total": {"content": 706.8}}
    assert program.call("/api/extract/invoice/2/validate", {**known, "values": values}, "9f0e")["status"] == "success"


@pytest.mark.parametrize(
    ("run", "date"),
    [(run_120, "2023-06-07 00:00:00"), (run_122, "2023-06-07"), (run_123, "2023-06-07")],
    ids=["120", "122", "123"],
)
async def test_a_program_of_each_generation_reads_and_validates_an_invoice(
    platform: Platform, run: Callable[[Program], None], date: str
) -> None:
    user, client = await account(platform, 1)
    program = Program(platform.stack.where.url, client.token)
    await asyncio.to_thread(run, program)
    assert program.printed == [706.8, 589.0, "SI-004417", date]
    assert (await platform.balance(user)).available == 0


@pytest.mark.parametrize("run", [run_120, run_122, run_123], ids=["120", "122", "123"])
async def test_a_program_of_each_generation_goes_through_the_test_mode_unchanged(
    platform: Platform, run: Callable[[Program], None]
) -> None:
    program = Program(platform.stack.where.url, TEST_TOKEN)
    await asyncio.to_thread(run, program)
    assert program.printed[:3] == [121.0, 100.0, "TEST-0001"]
