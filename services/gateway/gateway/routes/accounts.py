"""Accounts and prices for administrators (a token whose scope holds `admin`)."""

import json
import uuid
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from gateway.bodies import parse_json, read_bytes
from gateway.deps import Deps
from gateway.http import (
    BODY_TOO_LARGE,
    INTERNAL_ERROR,
    INVALID_DATA,
    INVALID_JSON,
    NOT_FOUND,
    UNAUTHORIZED,
    Answer,
    Body,
    ErrorRow,
    Incoming,
    Input,
    Problem,
    Raw,
    Route,
)
from gateway.lumis import Shown
from gateway.routes.credits import INVALID_CURSOR, PAGE_PARAMETERS, MovementShown, invalid, movements_of, statement_of
from shared.contracts.credits import AdjustCredits, GrantCredits, Prices, ReadBalance, ReadPrices, SetPrices
from shared.errors import Refused
from shared.redaction import pseudonym

FORBIDDEN = ErrorRow(403, "FORBIDDEN", "Se requieren permisos de administrador")
INVALID_IDEMPOTENCY_KEY = ErrorRow(
    400, "INVALID_IDEMPOTENCY_KEY", "Idempotency-Key debe tener de 1 a 255 caracteres imprimibles"
)
IDEMPOTENCY_CONFLICT = ErrorRow(
    409, "IDEMPOTENCY_CONFLICT", "La clave Idempotency-Key ya se usó para otra operación de este usuario"
)
INSUFFICIENT_LUMIS = ErrorRow(409, "INSUFFICIENT_LUMIS", "El ajuste supera el saldo disponible")

ADMIN_ERRORS = (FORBIDDEN, UNAUTHORIZED, INTERNAL_ERROR)
BODY_ERRORS = (INVALID_JSON, INVALID_DATA, BODY_TOO_LARGE)
_OPERATION = (*BODY_ERRORS, INVALID_IDEMPOTENCY_KEY, IDEMPOTENCY_CONFLICT, NOT_FOUND, *ADMIN_ERRORS)

_BODY_LIMIT = 16_384
_LONGEST_USER = 128
_LONGEST_KEY = 255
_OPERATIONS = uuid.UUID("5a0f6f0e-2f5a-5d39-9c55-1f4f3b1d7c20")
"""The namespace of the request ids that come of an Idempotency-Key."""

ModelT = TypeVar("ModelT", bound=BaseModel)


def _not_zero(amount: int) -> int:
    if amount == 0:
        raise ValueError("0")
    return amount


Reason = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
    ),
]
_REASON = "un texto de 1 a 200 caracteres en una sola línea"
_PRICE = "un entero de 0 a 1000000"


# The descriptions of what is given are Spanish, because the errors say by them what a field must be.


class GrantGiven(BaseModel):
    """Lümis to add."""

    amount: int = Field(strict=True, ge=1, le=1_000_000_000, description="un entero de 1 a 1000000000")
    reason: Reason = Field(description=_REASON)


class AdjustGiven(BaseModel):
    """Lümis to add, or with a minus to take away."""

    amount: Annotated[int, AfterValidator(_not_zero)] = Field(
        strict=True,
        ge=-1_000_000_000,
        le=1_000_000_000,
        description="un entero distinto de 0, de -1000000000 a 1000000000",
    )
    reason: Reason = Field(description=_REASON)


class PricesGiven(BaseModel):
    """New prices, in Lümis."""

    upload: int = Field(strict=True, ge=0, le=1_000_000, description=_PRICE)
    retry: int = Field(strict=True, ge=0, le=1_000_000, description=_PRICE)
    extract: int | None = Field(default=None, strict=True, ge=0, le=1_000_000, description=_PRICE)
    """Of a document through the Extract API; absent, it stays as it is."""


class AccountMovementShown(MovementShown):
    """A movement as administrators see it."""

    administrator: str | None
    """The pseudonym of who did it by hand."""


class AccountMovementsShown(Shown):
    """A page, newest first; `next_cursor` is null on the last one."""

    movements: tuple[AccountMovementShown, ...]
    next_cursor: str | None


class AccountShown(Shown):
    """An account in Lümis: `available` = `balance` - `held`."""

    user_id: str
    balance: int
    held: int
    available: int


class OperationShown(AccountShown):
    """The account after a grant or an adjustment, and the id under which that stands among its movements."""

    request_id: str


class PricesShown(Shown):
    """What operations cost, in Lümis."""

    upload: int
    retry: int
    extract: int


async def read_account(given: Input[None], deps: Deps) -> Answer:
    """A user's balance; 0 for a user who never had Lümis."""
    user_id = target_user(given)
    found = await deps.bus.call(ReadBalance(user_id=user_id))
    return Answer(AccountShown.model_validate(found), audit=audit_of(user_id))


async def list_account_movements(given: Input[None], deps: Deps) -> Answer:
    """A user's movements, newest first: `limit` (1 to 200, by default 50) of them, from `cursor` on."""
    user_id = target_user(given)
    found = await movements_of(user_id, given.query, deps)
    return Answer(AccountMovementsShown.model_validate(found), audit=audit_of(user_id))


async def read_account_statement(given: Input[None], deps: Deps) -> Raw:
    """A user's statement of a calendar month (UTC) as CSV."""
    return await statement_of(target_user(given), given.path["month"], deps)


async def grant_to_account(given: Input[bytes], deps: Deps) -> Answer:
    """Add Lümis to a user's account. A repeat with the same header `Idempotency-Key` adds them once."""
    user_id = target_user(given)
    asked = parse_given(GrantGiven, given.body)
    call = GrantCredits(
        request_id=_operation_id(given, user_id),
        origin=deps.origin,
        user_id=user_id,
        amount=asked.amount,
        reason=asked.reason,
        administrator=given.caller.user_id,
    )
    return await _operate(call, deps)


async def adjust_account(given: Input[bytes], deps: Deps) -> Answer:
    """Correct a user's account, never below what is available. `Idempotency-Key` as for a grant."""
    user_id = target_user(given)
    asked = parse_given(AdjustGiven, given.body)
    call = AdjustCredits(
        request_id=_operation_id(given, user_id),
        origin=deps.origin,
        user_id=user_id,
        amount=asked.amount,
        reason=asked.reason,
        administrator=given.caller.user_id,
    )
    return await _operate(call, deps)


async def read_prices(given: Input[None], deps: Deps) -> Answer:
    """What operations cost now."""
    _require_admin(given)
    return Answer(PricesShown.model_validate(await deps.bus.call(ReadPrices())))


async def set_prices(given: Input[bytes], deps: Deps) -> Answer:
    """Set what operations cost, for those that begin from now on."""
    _require_admin(given)
    asked = parse_given(PricesGiven, given.body)
    extract = (await deps.bus.call(ReadPrices())).extract if asked.extract is None else asked.extract
    prices = Prices(upload=asked.upload, retry=asked.retry, extract=extract)
    found = await deps.bus.call(SetPrices(prices=prices, administrator=given.caller.user_id))
    audit = {"upload_price": found.upload, "retry_price": found.retry, "extract_price": found.extract}
    return Answer(PricesShown.model_validate(found), audit=audit)


async def _operate(call: GrantCredits | AdjustCredits, deps: Deps) -> Answer:
    try:
        balance = await deps.bus.call(call)
    except Refused as refusal:
        match refusal.code:
            case "INSUFFICIENT_LUMIS":
                raise Problem(INSUFFICIENT_LUMIS, message=refusal.message, details=refusal.details) from None
            case "REQUEST_REUSED":
                raise Problem(IDEMPOTENCY_CONFLICT) from None
            case _:
                raise
    shown = OperationShown(**balance.model_dump(), request_id=call.request_id)
    return Answer(shown, audit={**audit_of(call.user_id), "lumis": call.amount})


def _require_admin(given: Input[Any]) -> None:
    if not given.caller.is_admin:
        raise Problem(FORBIDDEN)


def target_user(given: Input[Any]) -> str:
    """The user whom the path names, for an administrator. Any id that a token could show may have an account."""
    _require_admin(given)
    user_id = given.path["id"]
    if len(user_id) > _LONGEST_USER or not user_id.isprintable():
        raise Problem(NOT_FOUND)
    return user_id


def _operation_id(given: Input[Any], user_id: str) -> str:
    """The same id for the same key of an administrator and a user; without a key, one for each request."""
    key = given.headers.get("idempotency-key")
    if key is None:
        return given.request_id
    if not 0 < len(key) <= _LONGEST_KEY or not key.isprintable():
        raise Problem(INVALID_IDEMPOTENCY_KEY)
    return str(uuid.uuid5(_OPERATIONS, json.dumps([given.caller.user_id, user_id, key])))


def parse_given(model: type[ModelT], content: bytes) -> ModelT:
    """A body as its model. Raises Problem: 400, or 422 that says in Spanish what each field must be."""
    try:
        return parse_json(model, content)
    except Problem as problem:
        if problem.code != INVALID_DATA.code:
            raise
        known = model.model_fields
        places = [place.partition(".")[0] for place in problem.details["fields"]]
        if not all(place in known for place in places):  # the body is no object at all
            raise Problem(INVALID_DATA, message="El cuerpo debe ser un objeto JSON") from None
        raise invalid({place: known[place].description or "" for place in places}) from None


def audit_of(user_id: str) -> dict[str, Any]:
    """Whom an administrator looked at, for the log."""
    return {"target": pseudonym(user_id)}


async def _read(incoming: Incoming) -> bytes:
    """The bytes alone: who asks is checked before what is asked."""
    return await read_bytes(incoming, _BODY_LIMIT)


def json_given(model: type[BaseModel]) -> Body:
    """A JSON body that the route parses by itself."""
    return Body(_read, "application/json", model)


USER_PATH = "/api/v4/admin/users/{id}"

ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        f"{USER_PATH}/balance",
        read_account,
        "A user's balance",
        answer=AccountShown,
        errors=(NOT_FOUND, *ADMIN_ERRORS),
    ),
    Route(
        "GET",
        f"{USER_PATH}/movements",
        list_account_movements,
        "A user's movements",
        answer=AccountMovementsShown,
        parameters=PAGE_PARAMETERS,
        errors=(INVALID_CURSOR, INVALID_DATA, NOT_FOUND, *ADMIN_ERRORS),
    ),
    Route("GET", f"{USER_PATH}/statements/{{month}}", read_account_statement, "A user's statement of a month (CSV)"),
    Route(
        "POST",
        f"{USER_PATH}/grant",
        grant_to_account,
        "Add Lümis to a user's account",
        body=json_given(GrantGiven),
        answer=OperationShown,
        errors=_OPERATION,
    ),
    Route(
        "POST",
        f"{USER_PATH}/adjust",
        adjust_account,
        "Correct a user's account",
        body=json_given(AdjustGiven),
        answer=OperationShown,
        errors=(INSUFFICIENT_LUMIS, *_OPERATION),
    ),
    Route("GET", "/api/v4/admin/prices", read_prices, "The prices", answer=PricesShown, errors=ADMIN_ERRORS),
    Route(
        "PUT",
        "/api/v4/admin/prices",
        set_prices,
        "Set the prices",
        body=json_given(PricesGiven),
        answer=PricesShown,
        errors=(*BODY_ERRORS, *ADMIN_ERRORS),
    ),
)
