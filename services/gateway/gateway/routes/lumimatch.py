"""Lumimatch: one's own tags; for administrators users, segments and the catalogue (Lumis API, section 11)."""

from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from gateway.bodies import read_bytes
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
    Family,
    Incoming,
    Input,
    Problem,
    Route,
    query_of,
)
from gateway.routes import bearer, envelope, limits
from gateway.segmentation import (
    CatalogQuery,
    CatalogShown,
    ErasedShown,
    ImportedShown,
    PreviewGiven,
    PreviewShown,
    SegmentGiven,
    SegmentShown,
    SegmentsShown,
    TagsQuery,
    TagsShown,
    TagUsersQuery,
    UnresolvedQuery,
    UnresolvedShown,
    UsersQuery,
    UsersShown,
    from_body,
    from_query,
    invalid,
)
from shared.contracts.tags import (
    CatalogKind,
    DeleteSegment,
    EraseTags,
    ImportCatalog,
    ListSegments,
    ListUnresolved,
    ReadCatalogRows,
    ReadTags,
    Segments,
    SegmentUsers,
    StoreSegment,
    TaggedUsers,
    TagText,
    UserIds,
)
from shared.redaction import pseudonym

FORBIDDEN = ErrorRow(403, "FORBIDDEN", "Se requieren permisos de administrador")
INVALID_CURSOR = ErrorRow(400, "INVALID_CURSOR", "El cursor no es válido")
SEGMENT_NOT_FOUND = ErrorRow(404, "SEGMENT_NOT_FOUND", "Segmento no encontrado")
SEGMENT_NAME_TAKEN = ErrorRow(409, "SEGMENT_NAME_TAKEN", "Ya existe un segmento con ese nombre")
UNREADABLE_CSV = ErrorRow(400, "UNREADABLE_CSV", "No es un CSV con una línea de encabezado")
TOO_MANY_ROWS = ErrorRow(413, "TOO_MANY_ROWS", "Como máximo 1000 filas a la vez")

PREVIEWED = 20
MOST_ROWS = 1000

_LONGEST_USER = 128
_RULE_LIMIT = 262_144
_CATALOG_LIMIT = 2_097_152
_IMPORT_SECONDS = 25.0
_CSV = frozenset({"text/csv", "application/csv"})
_TAG: TypeAdapter[str] = TypeAdapter(TagText)
_ROWS: TypeAdapter[tuple[dict[str, Any], ...]] = TypeAdapter(tuple[dict[str, Any], ...])


async def read_own_tags(given: Input[None], deps: Deps) -> Answer:
    """The caller's tags, last bought first; filtered by `kind`, `min_count`, `since`; `limit` of them from `cursor`."""
    return await _tags(given.caller.user_id, given, deps)


async def erase_own_tags(given: Input[None], deps: Deps) -> Answer:
    """Erase the caller's tags, the purchases behind them and all that was kept to make them again."""
    erased = await deps.bus.call(EraseTags(user_id=given.caller.user_id))
    return Answer(ErasedShown.model_validate(erased), audit={"erased_tags": erased.tags})


async def read_user_tags(given: Input[None], deps: Deps) -> Answer:
    """A user's tags, for administrators; filters and pages as for one's own."""
    _require_admin(given)
    user_id = given.path["id"]
    if len(user_id) > _LONGEST_USER or not user_id.isprintable():
        raise Problem(NOT_FOUND)
    answer = await _tags(user_id, given, deps)
    return Answer(answer.value, audit={"target": pseudonym(user_id)})


async def list_tag_users(given: Input[None], deps: Deps) -> Answer:
    """Who has a tag: `min_count`, `since`, `limit`, `cursor`; under 10 users no ids without a `reason`."""
    _require_admin(given)
    try:
        tag = _TAG.validate_python(given.path["tag"])
    except ValidationError:
        raise invalid({"tag": "una etiqueta como product_brand:cocacola"}) from None
    query = from_query(TagUsersQuery, given.query)
    found = await deps.bus.call(TaggedUsers(tag=tag, **query.model_dump()))
    return Answer(UsersShown.model_validate(found), audit=_audit(found, query.reason))


async def preview_segment(given: Input[bytes], deps: Deps) -> Answer:
    """How many users fit a rule, and 20 of them; under 10 users no ids without a `reason`."""
    _require_admin(given)
    asked = from_body(PreviewGiven, given.body)
    rule = (asked.rule or asked).contract
    reason = asked.reason or from_query(UsersQuery, given.query).reason
    found = await deps.bus.call(SegmentUsers(rule=rule, limit=PREVIEWED, reason=reason))
    shown = PreviewShown(size=found.total, user_ids=found.user_ids, small=found.small)
    return Answer(shown, audit=_audit(found, reason))


async def list_segments(given: Input[None], deps: Deps) -> Answer:
    """Every segment, by name."""
    _require_admin(given)
    return Answer(SegmentsShown.model_validate(await deps.bus.call(ListSegments())))


async def read_segment(given: Input[None], deps: Deps) -> Answer:
    """One segment."""
    _require_admin(given)
    return _one(await deps.bus.call(ListSegments(segment_id=given.path["id"])))


async def create_segment(given: Input[bytes], deps: Deps) -> Answer:
    """Give a rule a name that no other has."""
    _require_admin(given)
    asked = from_body(SegmentGiven, given.body)
    return _one(await deps.bus.call(StoreSegment(name=asked.name, rule=asked.rule.contract)))


async def replace_segment(given: Input[bytes], deps: Deps) -> Answer:
    """Give a segment another name and rule."""
    _require_admin(given)
    asked = from_body(SegmentGiven, given.body)
    call = StoreSegment(segment_id=given.path["id"], name=asked.name, rule=asked.rule.contract)
    return _one(await deps.bus.call(call))


async def delete_segment(given: Input[None], deps: Deps) -> Answer:
    """Delete a segment; the answer is what it was."""
    _require_admin(given)
    return _one(await deps.bus.call(DeleteSegment(segment_id=given.path["id"])))


async def list_segment_users(given: Input[None], deps: Deps) -> Answer:
    """Who fits a segment: `limit`, `cursor`; under 10 users no ids without a `reason`."""
    _require_admin(given)
    query = from_query(UsersQuery, given.query)
    found = await deps.bus.call(SegmentUsers(segment_id=given.path["id"], **query.model_dump()))
    return Answer(UsersShown.model_validate(found), audit=_audit(found, query.reason))


async def import_catalog_rows(given: Input[tuple[str, bytes]], deps: Deps) -> Answer:
    """Add or replace up to 1,000 rows: a JSON list of objects, or CSV (`text/csv`, lists with `;`); bad rows are named.

    What was tagged before is tagged anew in the background.
    """
    _require_admin(given)
    kind = _kind(given)
    content_type, content = given.body
    if content_type in _CSV:
        call = ImportCatalog(kind=kind, csv=_csv_text(content))
    else:
        call = ImportCatalog(kind=kind, rows=_json_rows(content))
    imported = await deps.bus.call(call, timeout=_IMPORT_SECONDS)
    audit = {"kind": kind, "stored": imported.stored, "bad": len(imported.bad_rows)}
    return Answer(ImportedShown.model_validate(imported), audit=audit)


async def read_catalog_rows(given: Input[None], deps: Deps) -> Answer:
    """Rows of the catalogue by their keys: `limit`, `cursor`."""
    _require_admin(given)
    kind = _kind(given)
    query = from_query(CatalogQuery, given.query)
    return Answer(CatalogShown.model_validate(await deps.bus.call(ReadCatalogRows(kind=kind, **query.model_dump()))))


async def list_unresolved(given: Input[None], deps: Deps) -> Answer:
    """Printed lines that no rule knows, the most frequent first."""
    _require_admin(given)
    query = from_query(UnresolvedQuery, given.query)
    return Answer(UnresolvedShown.model_validate(await deps.bus.call(ListUnresolved(limit=query.limit))))


async def _tags(user_id: str, given: Input[None], deps: Deps) -> Answer:
    query = from_query(TagsQuery, given.query)
    return Answer(TagsShown.model_validate(await deps.bus.call(ReadTags(user_id=user_id, **query.model_dump()))))


def _require_admin(given: Input[Any]) -> None:
    if not given.caller.is_admin:
        raise Problem(FORBIDDEN)


def _audit(found: UserIds, reason: str | None) -> dict[str, Any]:
    """The log line names the administrator by a pseudonym; why a small group was looked at stands beside."""
    return {"group_size": found.total, "small_group": found.small, **({"reason": reason} if reason else {})}


def _one(found: Segments) -> Answer:
    return Answer(SegmentShown.model_validate(found.segments[0]))


def _kind(given: Input[Any]) -> CatalogKind:
    kind: Any = given.path["kind"]
    if kind not in get_args(CatalogKind):
        raise Problem(NOT_FOUND)
    found: CatalogKind = kind
    return found


def _csv_text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Problem(UNREADABLE_CSV) from None


def _json_rows(content: bytes) -> tuple[dict[str, Any], ...]:
    try:
        rows = _ROWS.validate_json(content)
    except ValidationError as error:
        if error.errors(include_url=False, include_context=False, include_input=False)[0]["type"] == "json_invalid":
            raise Problem(INVALID_JSON) from None
        raise Problem(INVALID_DATA, message="El cuerpo debe ser una lista JSON de objetos") from None
    if len(rows) > MOST_ROWS:
        raise Problem(TOO_MANY_ROWS, details={"rows": len(rows)})
    return rows


async def _read_rule(incoming: Incoming) -> bytes:
    """The bytes alone: who asks is checked before what is asked."""
    return await read_bytes(incoming, _RULE_LIMIT)


async def _read_rows(incoming: Incoming) -> tuple[str, bytes]:
    content_type = incoming.headers.get("content-type", "").partition(";")[0].strip().lower()
    return content_type, await read_bytes(incoming, _CATALOG_LIMIT)


_ADMIN = (FORBIDDEN, UNAUTHORIZED, INTERNAL_ERROR)
_PAGED = (INVALID_CURSOR, INVALID_DATA)
_BODY = (INVALID_JSON, INVALID_DATA, BODY_TOO_LARGE)
_RULE_BODY = Body(_read_rule, "application/json", PreviewGiven)
_SEGMENT_BODY = Body(_read_rule, "application/json", SegmentGiven)
_ROWS_BODY = Body(_read_rows, "application/json", {"type": "array", "maxItems": MOST_ROWS, "items": {"type": "object"}})

_ROOT = "/api/v4/lumimatch"
_OWN = f"{_ROOT}/tags"
_SEGMENTS = f"{_ROOT}/segments"
_SEGMENT = f"{_SEGMENTS}/{{id}}"
_CATALOG = f"{_ROOT}/catalog/{{kind}}"
_MISSING = (SEGMENT_NOT_FOUND, *_ADMIN)

FAMILY = Family(
    name="lumimatch",
    routes=(
        Route(
            "GET",
            _OWN,
            read_own_tags,
            "One's tags",
            answer=TagsShown,
            errors=(*_PAGED, *_ADMIN[1:]),
            parameters=query_of(TagsQuery),
        ),
        Route("DELETE", _OWN, erase_own_tags, "Erase one's tags", answer=ErasedShown, errors=_ADMIN[1:]),
        Route(
            "GET",
            f"{_ROOT}/users/{{id}}/tags",
            read_user_tags,
            "A user's tags",
            answer=TagsShown,
            errors=(*_PAGED, NOT_FOUND, *_ADMIN),
            parameters=query_of(TagsQuery),
        ),
        Route(
            "GET",
            f"{_ROOT}/tags/{{tag}}/users",
            list_tag_users,
            "Who has a tag",
            answer=UsersShown,
            errors=(*_PAGED, *_ADMIN),
            parameters=query_of(TagUsersQuery),
        ),
        Route(
            "POST",
            f"{_SEGMENTS}/preview",
            preview_segment,
            "How many users fit a rule",
            body=_RULE_BODY,
            answer=PreviewShown,
            errors=(*_BODY, *_ADMIN),
        ),
        Route("GET", _SEGMENTS, list_segments, "Every segment", answer=SegmentsShown, errors=_ADMIN),
        Route(
            "POST",
            _SEGMENTS,
            create_segment,
            "Create a segment",
            body=_SEGMENT_BODY,
            answer=SegmentShown,
            errors=(*_BODY, SEGMENT_NAME_TAKEN, *_ADMIN),
        ),
        Route("GET", _SEGMENT, read_segment, "A segment", answer=SegmentShown, errors=_MISSING),
        Route(
            "PUT",
            _SEGMENT,
            replace_segment,
            "Replace a segment",
            body=_SEGMENT_BODY,
            answer=SegmentShown,
            errors=(*_BODY, SEGMENT_NAME_TAKEN, *_MISSING),
        ),
        Route("DELETE", _SEGMENT, delete_segment, "Delete a segment", answer=SegmentShown, errors=_MISSING),
        Route(
            "GET",
            f"{_SEGMENT}/users",
            list_segment_users,
            "Who fits a segment",
            answer=UsersShown,
            errors=(*_PAGED, *_MISSING),
            parameters=query_of(UsersQuery),
        ),
        Route(
            "POST",
            _CATALOG,
            import_catalog_rows,
            "Add or replace rows of the catalogue",
            body=_ROWS_BODY,
            answer=ImportedShown,
            errors=(*_BODY, UNREADABLE_CSV, TOO_MANY_ROWS, NOT_FOUND, *_ADMIN),
        ),
        Route(
            "GET",
            _CATALOG,
            read_catalog_rows,
            "Rows of the catalogue",
            answer=CatalogShown,
            errors=(*_PAGED, NOT_FOUND, *_ADMIN),
            parameters=query_of(CatalogQuery),
        ),
        Route(
            "GET",
            f"{_ROOT}/unresolved",
            list_unresolved,
            "What no rule knows",
            answer=UnresolvedShown,
            errors=(INVALID_DATA, *_ADMIN),
            parameters=query_of(UnresolvedQuery),
        ),
    ),
    authenticate=bearer.authenticate,
    headers=limits.headers,
    header_rows=limits.HEADER_ROWS,
    answer=envelope.answer,
    error=envelope.error,
    answer_model=envelope.answer_model,
    error_model=envelope.ErrorEnvelope,
    refusals={
        row.code: row.status
        for row in (INVALID_CURSOR, SEGMENT_NOT_FOUND, SEGMENT_NAME_TAKEN, UNREADABLE_CSV, TOO_MANY_ROWS)
    },
)
