"""Movements, statements, and what administrators may do with accounts and prices, over real HTTP."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway import statement
from shared.contracts.credits import (
    AdjustCredits,
    Balance,
    GrantCredits,
    ListMovements,
    Movement,
    Movements,
    Prices,
    ReadBalance,
    ReadPrices,
    ReadStatement,
    SetPrices,
    Statement,
)
from shared.errors import CallTimedOut, Refused
from tests.support.gateway import Gateway, Reply, token

OWN = "/api/v4/lumis"
ANA = "/api/v4/admin/users/ana"
PRICES = "/api/v4/admin/prices"
GRANT = {"amount": 50, "reason": "bienvenida"}
ADMIN_ROUTES = [
    ("GET", f"{ANA}/balance"),
    ("GET", f"{ANA}/movements"),
    ("GET", f"{ANA}/statements/2026-03"),
    ("POST", f"{ANA}/grant"),
    ("POST", f"{ANA}/adjust"),
    ("GET", PRICES),
    ("PUT", PRICES),
]


def movement(number: int, amount: int = 10, **fields: Any) -> Movement:
    known = {
        "id": f"r{number}:grant",
        "request_id": f"r{number}",
        "kind": "grant",
        "amount": amount,
        "balance_after": amount * number,
        "at": datetime(2026, 3, number, 9, 30, tzinfo=UTC),
        "reason": "bienvenida",
        "administrator": "0a1b2c",
    }
    return Movement.model_validate({**known, **fields})


async def as_admin(gateway: Gateway, method: str, path: str, **options: Any) -> Reply:
    headers = {"Authorization": f"Bearer {token('boss', scope='billing admin')}", **options.pop("headers", {})}
    return await gateway.send(method, path, user=None, headers=headers, **options)


def error_of(reply: Reply) -> tuple[int, str]:
    body = reply.json
    assert (body["success"], body["data"]) == (False, None)
    assert body["error"]["details"]["message"] == body["error"]["message"]
    return reply.status, body["error"]["code"]


async def test_one_reads_ones_own_movements(gateway: Gateway) -> None:
    gateway.bus.answers[ListMovements] = Movements(movements=(movement(2), movement(1)), next_cursor="MQ")
    reply = await gateway.send("GET", f"{OWN}/movements?limit=2&cursor=Mw", user="user-9")
    assert gateway.bus.asked(ListMovements) == [ListMovements(user_id="user-9", limit=2, cursor="Mw")]
    assert reply.json["data"]["next_cursor"] == "MQ"
    assert reply.json["data"]["movements"][0] == {
        "id": "r2:grant",
        "request_id": "r2",
        "kind": "grant",
        "amount": 10,
        "balance_after": 20,
        "at": "2026-03-02T09:30:00Z",
        "reason": "bienvenida",
    }


async def test_without_a_limit_fifty_are_asked_for(gateway: Gateway) -> None:
    gateway.bus.answers[ListMovements] = Movements(movements=())
    assert (await gateway.send("GET", f"{OWN}/movements")).json["data"] == {"movements": [], "next_cursor": None}
    assert gateway.bus.asked(ListMovements)[0].limit == 50


@pytest.mark.parametrize("limit", ["0", "201", "-1", "1.5", "diez", "", "٣", "9" * 5000])
async def test_a_limit_that_is_none_is_refused(gateway: Gateway, limit: str) -> None:
    reply = await gateway.send("GET", f"{OWN}/movements", params={"limit": limit})
    assert error_of(reply) == (422, "INVALID_DATA")
    assert reply.json["error"]["details"]["fields"] == {"limit": "Debe ser un entero de 1 a 200"}
    assert gateway.bus.calls == []


async def test_a_cursor_that_is_none_is_refused(gateway: Gateway) -> None:
    gateway.bus.answers[ListMovements] = Refused("INVALID_CURSOR", "no")
    assert error_of(await gateway.send("GET", f"{OWN}/movements?cursor=x")) == (400, "INVALID_CURSOR")


async def test_a_statement_is_a_csv_file_of_all_pages(gateway: Gateway) -> None:
    pages = {
        None: Statement(opening_balance=0, closing_balance=15, movements=(movement(1),), next_cursor="2"),
        "2": Statement(opening_balance=0, closing_balance=15, movements=(movement(2, 5, balance_after=15),)),
    }
    gateway.bus.answers[ReadStatement] = lambda call: pages[call.cursor]
    reply = await gateway.send("GET", f"{OWN}/statements/2026-03", user="user-9")
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert reply.headers["Content-Disposition"] == 'attachment; filename="lumis-2026-03.csv"'
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.text.splitlines() == [
        "at,request_id,kind,amount,balance_after,reason",
        "2026-03,,opening_balance,,0,Saldo inicial",
        "2026-03-01T09:30:00.000Z,r1,grant,10,10,bienvenida",
        "2026-03-02T09:30:00.000Z,r2,grant,5,15,bienvenida",
        "2026-03,,closing_balance,,15,Saldo final",
    ]
    asked = gateway.bus.asked(ReadStatement)
    assert [(call.user_id, call.year, call.month, call.cursor) for call in asked] == [
        ("user-9", 2026, 3, None),
        ("user-9", 2026, 3, "2"),
    ]


@pytest.mark.parametrize(
    "reason",
    ["=1+1", "+1", "-1", "@SUM(A1)", " =1+1", "\t=1+1", "\r=1", "a;=1+1", "＝1", '=HYPERLINK("x";"y")', "'=1"],
)
def test_no_reason_becomes_a_formula(reason: str) -> None:
    content = statement.lines([statement.movement(movement(1, reason=reason))]).decode()
    (row,) = csv.reader(io.StringIO(content, newline=""))
    for cell in row[5].split(";"):
        assert cell.strip()[0] not in "=+-@＝＋－＠"
    assert "\t" not in content.replace("\r\n", "")
    assert reason.strip().lstrip("'")[-1] in row[5]


def test_ordinary_text_stays_as_it_is() -> None:
    reason = 'Compra n.º 5, "promoción" a-b = 3'
    content = statement.lines([statement.movement(movement(1, -3, reason=reason))]).decode()
    (row,) = csv.reader(io.StringIO(content, newline=""))
    assert (row[3], row[5]) == ("-3", reason)


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        ("2026-13", (422, "INVALID_DATA")),
        ("2026-3", (422, "INVALID_DATA")),
        ("marzo", (422, "INVALID_DATA")),
        ("２０２６-03", (422, "INVALID_DATA")),
        ("2026-03%0A", (422, "INVALID_DATA")),
        ("9999-12", (404, "NOT_FOUND")),
        ("2019-12", (404, "NOT_FOUND")),
    ],
)
async def test_a_month_without_a_statement_is_refused(gateway: Gateway, month: str, expected: tuple[int, str]) -> None:
    assert error_of(await gateway.send("GET", f"{OWN}/statements/{month}")) == expected
    assert gateway.bus.calls == []


@pytest.mark.parametrize(("method", "path"), ADMIN_ROUTES)
async def test_only_administrators_may(gateway: Gateway, method: str, path: str) -> None:
    bodies = ({"data": b"{"}, {"json": GRANT}) if method != "GET" else ({},)
    for body in bodies:  # who asks is checked before what is asked
        reply = await gateway.send(method, path, user="ana", **body)
        assert error_of(reply) == (403, "FORBIDDEN")
        reply = await gateway.send(method, path, user=None, **body)
        assert error_of(reply) == (401, "UNAUTHORIZED")
        assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert gateway.bus.calls == []


@pytest.mark.parametrize("path", [f"{OWN}/movements", f"{OWN}/statements/2026-03"])
async def test_without_a_token_nothing_is_shown(gateway: Gateway, path: str) -> None:
    assert error_of(await gateway.send("GET", path, user=None)) == (401, "UNAUTHORIZED")


async def test_an_administrator_reads_any_account(gateway: Gateway) -> None:
    gateway.bus.answers[ReadBalance] = Balance(user_id="ana", balance=9, held=4, available=5)
    gateway.bus.answers[ListMovements] = Movements(movements=(movement(1),))
    gateway.bus.answers[ReadStatement] = Statement(opening_balance=1, closing_balance=1, movements=())
    reply = await as_admin(gateway, "GET", f"{ANA}/balance")
    assert reply.json["data"] == {"user_id": "ana", "balance": 9, "held": 4, "available": 5}
    reply = await as_admin(gateway, "GET", f"{ANA}/movements")
    assert reply.json["data"]["movements"][0]["administrator"] == "0a1b2c"
    reply = await as_admin(gateway, "GET", f"{ANA}/statements/2026-03")
    assert reply.text.endswith("Saldo final\r\n")
    assert {call.user_id for call in gateway.bus.calls} == {"ana"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("user", ["a" * 129, "%0A", "%00"])
async def test_a_name_that_no_token_can_show_is_not_found(gateway: Gateway, user: str) -> None:
    assert error_of(await as_admin(gateway, "GET", f"/api/v4/admin/users/{user}/balance")) == (404, "NOT_FOUND")
    assert gateway.bus.calls == []


@pytest.mark.parametrize(
    ("path", "kind", "amount"),
    [("grant", GrantCredits, 50), ("adjust", AdjustCredits, 50), ("adjust", AdjustCredits, -50)],
)
async def test_an_administrator_gives_and_takes(
    gateway: Gateway, path: str, kind: type[GrantCredits | AdjustCredits], amount: int
) -> None:
    gateway.bus.answers[kind] = Balance(user_id="ana", balance=70, held=5, available=65)
    reply = await as_admin(gateway, "POST", f"{ANA}/{path}", json={"amount": amount, "reason": "  doble cobro "})
    (call,) = gateway.bus.asked(kind)
    assert (call.user_id, call.amount, call.reason) == ("ana", amount, "doble cobro")
    assert (call.administrator, call.origin) == ("boss", "gateway-test")
    assert call.request_id == reply.json["request_id"]
    assert reply.json["data"] == {
        "user_id": "ana",
        "balance": 70,
        "held": 5,
        "available": 65,
        "request_id": call.request_id,
    }


async def test_the_same_key_is_the_same_operation_of_one_administrator_and_one_user(gateway: Gateway) -> None:
    gateway.bus.answers[GrantCredits] = Balance(user_id="ana", balance=70, held=5, available=65)

    async def grant(key: str | None, user: str = "ana", admin: str = "boss") -> str:
        headers = {"Authorization": f"Bearer {token(admin, scope='admin')}"} | ({"Idempotency-Key": key} if key else {})
        path = f"/api/v4/admin/users/{user}/grant"
        reply = await gateway.send("POST", path, user=None, headers=headers, json=GRANT)
        return str(reply.json["data"]["request_id"])

    first = await grant("k1")
    assert await grant("k1") == first
    others = [await grant("k2"), await grant("k1", "eva"), await grant("k1", admin="chief")]
    others += [await grant(None), await grant(None)]
    assert len({first, *others}) == 6


@pytest.mark.parametrize("key", ["", "k" * 256, "ñ\u00a0"])
async def test_a_key_that_cannot_be_used_is_refused(gateway: Gateway, key: str) -> None:
    reply = await as_admin(gateway, "POST", f"{ANA}/grant", json=GRANT, headers={"Idempotency-Key": key})
    assert error_of(reply) == (400, "INVALID_IDEMPOTENCY_KEY")


async def test_what_the_ledger_refuses_is_a_conflict(gateway: Gateway) -> None:
    gateway.bus.answers[AdjustCredits] = Refused("INSUFFICIENT_LUMIS", "El ajuste supera…", {"available": 3})
    reply = await as_admin(gateway, "POST", f"{ANA}/adjust", json={"amount": -4, "reason": "x"})
    assert error_of(reply) == (409, "INSUFFICIENT_LUMIS")
    assert reply.json["error"]["details"]["available"] == 3
    gateway.bus.answers[GrantCredits] = Refused("REQUEST_REUSED", "no", {"done": "adjust"})
    reply = await as_admin(gateway, "POST", f"{ANA}/grant", json=GRANT, headers={"Idempotency-Key": "k"})
    assert error_of(reply) == (409, "IDEMPOTENCY_CONFLICT")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("grant", {"amount": 0, "reason": "x"}, "amount"),
        ("grant", {"amount": -5, "reason": "x"}, "amount"),
        ("grant", {"amount": "5", "reason": "x"}, "amount"),
        ("grant", {"amount": 5.5, "reason": "x"}, "amount"),
        ("grant", {"amount": True, "reason": "x"}, "amount"),
        ("grant", {"amount": 10**30, "reason": "x"}, "amount"),
        ("grant", {"amount": 5}, "reason"),
        ("grant", {"amount": 5, "reason": "   "}, "reason"),
        ("grant", {"amount": 5, "reason": "x" * 201}, "reason"),
        ("grant", {"amount": 5, "reason": "a\nb"}, "reason"),
        ("grant", {"amount": 5, "reason": None}, "reason"),
        ("adjust", {"amount": 0, "reason": "x"}, "amount"),
        ("adjust", {"amount": -1_000_000_001, "reason": "x"}, "amount"),
    ],
)
async def test_what_does_not_fit_is_said_in_spanish(gateway: Gateway, path: str, body: Any, field: str) -> None:
    reply = await as_admin(gateway, "POST", f"{ANA}/{path}", json=body)
    assert error_of(reply) == (422, "INVALID_DATA")
    assert reply.json["error"]["message"] == f"Los datos enviados no son válidos: {field}"
    assert reply.json["error"]["details"]["fields"][field].startswith("Debe ser un")
    assert gateway.bus.calls == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (400, "INVALID_JSON")),
        (b"{", (400, "INVALID_JSON")),
        (b'{"amount": NaN}', (422, "INVALID_DATA")),
        (b"[]", (422, "INVALID_DATA")),
        (b"7", (422, "INVALID_DATA")),
        (b" " * 16_385, (413, "BODY_TOO_LARGE")),
    ],
)
async def test_a_body_that_is_none_is_refused(gateway: Gateway, body: bytes, expected: tuple[int, str]) -> None:
    assert error_of(await as_admin(gateway, "POST", f"{ANA}/grant", data=body)) == expected
    assert gateway.bus.calls == []


async def test_prices_are_read_and_set(gateway: Gateway) -> None:
    gateway.bus.answers |= {ReadPrices: Prices(upload=15, retry=5), SetPrices: lambda call: call.prices}
    assert (await as_admin(gateway, "GET", PRICES)).json["data"] == {"upload": 15, "retry": 5, "extract": 1}
    reply = await as_admin(gateway, "PUT", PRICES, json={"upload": 20, "retry": 0, "extract": 3})
    assert reply.json["data"] == {"upload": 20, "retry": 0, "extract": 3}
    assert gateway.bus.asked(SetPrices) == [
        SetPrices(prices=Prices(upload=20, retry=0, extract=3), administrator="boss")
    ]


async def test_prices_that_are_set_without_the_extract_apis_leave_that_as_it_is(gateway: Gateway) -> None:
    gateway.bus.answers |= {
        ReadPrices: Prices(upload=15, retry=5, extract=4),
        SetPrices: lambda call: call.prices,
    }
    reply = await as_admin(gateway, "PUT", PRICES, json={"upload": 20, "retry": 0})
    assert reply.json["data"] == {"upload": 20, "retry": 0, "extract": 4}


@pytest.mark.parametrize("body", [{"upload": 20}, {"upload": 20, "retry": -1}, {"upload": 1_000_001, "retry": 1}])
async def test_prices_that_do_not_fit_are_refused(gateway: Gateway, body: Any) -> None:
    assert error_of(await as_admin(gateway, "PUT", PRICES, json=body)) == (422, "INVALID_DATA")


async def test_a_ledger_that_does_not_answer_is_a_500_without_a_stack(gateway: Gateway) -> None:
    gateway.bus.answers[GrantCredits] = CallTimedOut("no answer")
    reply = await as_admin(gateway, "POST", f"{ANA}/grant", json=GRANT)
    assert error_of(reply) == (500, "INTERNAL_ERROR")
