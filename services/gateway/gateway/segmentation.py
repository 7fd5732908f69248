"""What Lumimatch's clients send and are shown: queries, rules, pages of tags, users and catalogue rows."""

import re
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from gateway.http import INVALID_DATA, INVALID_JSON, Problem
from gateway.lumis import Shown
from shared.contracts.tags import SegmentRule, TagKind, TagText

ModelT = TypeVar("ModelT", bound=BaseModel)

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY = "una fecha como 2026-03-31"
_COUNT = "un entero de 1 a 1000000"
_LIMIT = "un entero de 1 a 200"
_CURSOR = "el next_cursor de la página anterior"
_REASON = "un texto de 1 a 200 caracteres en una sola línea"
_RULE = "una regla: {all, any, none}"
_ATOMS = (
    "una lista de hasta 50 condiciones: una etiqueta (product_brand:cocacola), "
    "o {tag, min_count (1 a 1000000), within_days (1 a 36500)}"
)


def _iso_day(value: Any) -> Any:
    """Not the numbers that pydantic would take as a moment."""
    if isinstance(value, str) and not _ISO_DAY.fullmatch(value):
        raise ValueError("not a day")
    return value


def _atom(value: Any) -> Any:
    """A bare tag is an atom too."""
    return {"tag": value} if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_iso_day)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Cursor = Annotated[str, StringConstraints(max_length=2048)]
Reason = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
    ),
]


# The descriptions of what is given are Spanish, because the errors say by them what a field must be.


class TagsQuery(BaseModel):
    """Which of a user's tags."""

    kind: TagKind | None = Field(default=None, description="uno de los siete tipos de etiqueta")
    min_count: Count = Field(default=1, description=_COUNT)
    since: Day | None = Field(default=None, description=_DAY)
    limit: int = Field(default=50, ge=1, le=200, description=_LIMIT)
    cursor: Cursor | None = Field(default=None, description=_CURSOR)


class UsersQuery(BaseModel):
    """Which page of a segment's users."""

    limit: int = Field(default=50, ge=1, le=200, description=_LIMIT)
    cursor: Cursor | None = Field(default=None, description=_CURSOR)
    reason: Reason | None = Field(default=None, description=_REASON)


class TagUsersQuery(UsersQuery):
    """Which of a tag's users."""

    min_count: Count = Field(default=1, description=_COUNT)
    since: Day | None = Field(default=None, description=_DAY)


class CatalogQuery(BaseModel):
    """Which page of the catalogue."""

    limit: int = Field(default=100, ge=1, le=1000, description="un entero de 1 a 1000")
    cursor: Cursor | None = Field(default=None, description=_CURSOR)


class UnresolvedQuery(BaseModel):
    """How much of the review list."""

    limit: int = Field(default=50, ge=1, le=500, description="un entero de 1 a 500")


class AtomGiven(BaseModel):
    """A condition: a tag, on how many invoices at least, within how many days."""

    model_config = ConfigDict(extra="forbid")

    tag: TagText
    min_count: int = Field(default=1, strict=True, ge=1, le=1_000_000)
    within_days: int | None = Field(default=None, strict=True, ge=1, le=36_500)


Atoms = Annotated[
    tuple[Annotated[AtomGiven, BeforeValidator(_atom, json_schema_input_type=AtomGiven | str)], ...],
    Field(max_length=50),
]


class RuleGiven(BaseModel):
    """A rule: every one of `all`, one of `any`, not one of `none`; a list that is absent does not filter."""

    # A misspelt list would otherwise let everybody in.
    model_config = ConfigDict(extra="forbid")

    all: Atoms = Field(default=(), description=_ATOMS)
    any: Atoms = Field(default=(), description=_ATOMS)
    none: Atoms = Field(default=(), description=_ATOMS)

    @property
    def contract(self) -> SegmentRule:
        """As it crosses the bus."""
        return SegmentRule.model_validate(self.model_dump(include={"all", "any", "none"}))


class PreviewGiven(RuleGiven):
    """A rule, or one under `rule`; and why the ids of a small group are wanted."""

    rule: RuleGiven | None = Field(default=None, description=_RULE)
    reason: Reason | None = Field(default=None, description=_REASON)


class SegmentGiven(BaseModel):
    """A rule with a name."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)] = Field(
        description="un texto de 1 a 100 caracteres"
    )
    rule: RuleGiven = Field(description=_RULE)


class TagShown(Shown):
    """A tag as its user's purchases made it."""

    tag: str
    kind: TagKind
    value: str
    count: int
    """Distinct invoices."""
    first_seen: date
    last_seen: date


class TagsShown(Shown):
    """A page, last bought first; `next_cursor` is null on the last one."""

    tags: tuple[TagShown, ...]
    next_cursor: str | None


class ErasedShown(Shown):
    """How much was erased."""

    tags: int
    events: int


class UsersShown(Shown):
    """A page of users by id. Of a `small` group (under 10) no ids are shown without a reason."""

    total: int
    user_ids: tuple[str, ...]
    next_cursor: str | None
    small: bool


class PreviewShown(Shown):
    """How many users fit a rule, and the first 20 of them."""

    size: int
    user_ids: tuple[str, ...]
    small: bool


class AtomShown(Shown):
    """A condition of a rule."""

    tag: str
    min_count: int
    within_days: int | None


class RuleShown(Shown):
    """A rule with every condition written out."""

    all: tuple[AtomShown, ...]
    any: tuple[AtomShown, ...]
    none: tuple[AtomShown, ...]


class SegmentShown(Shown):
    """A rule with a name."""

    id: str
    name: str
    rule: RuleShown


class SegmentsShown(Shown):
    """Every segment, by name."""

    segments: tuple[SegmentShown, ...]


class BadRowShown(Shown):
    """A row that was left out: its number from 1, its key, what is wrong with it."""

    number: int
    key: str
    reason: str


class ImportedShown(Shown):
    """What an import did."""

    stored: int
    new: int
    replaced: int
    bad_rows: tuple[BadRowShown, ...]


class CatalogShown(Shown):
    """A page of rows by their keys; `next_cursor` is null on the last one."""

    rows: tuple[dict[str, Any], ...]
    next_cursor: str | None


class UnresolvedNameShown(Shown):
    """A printed line that no rule knows."""

    name: str
    count: int
    last_seen: date


class UnresolvedShown(Shown):
    """The review list, the most frequent first."""

    names: tuple[UnresolvedNameShown, ...]


def from_query(model: type[ModelT], query: Any) -> ModelT:
    """A query as its model. Raises Problem: 422 with what each field must be."""
    try:
        return model.model_validate(dict(query))
    except ValidationError as error:
        raise _invalid(model, error) from None


def from_body(model: type[ModelT], content: bytes) -> ModelT:
    """A JSON body as its model. Raises Problem: 400 for what is no JSON, 422 with what each field must be."""
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        if error.errors(include_url=False, include_context=False, include_input=False)[0]["type"] == "json_invalid":
            raise Problem(INVALID_JSON) from None
        raise _invalid(model, error) from None


def invalid(fields: dict[str, str]) -> Problem:
    """The 422 that says what each of these fields must be."""
    said = {name: f"Debe ser {what}" for name, what in fields.items()}
    return Problem(INVALID_DATA, message=f"{INVALID_DATA.message}: {', '.join(said)}", details={"fields": said})


def _invalid(model: type[BaseModel], error: ValidationError) -> Problem:
    places = [problem["loc"] for problem in error.errors(include_url=False, include_context=False, include_input=False)]
    if not all(places):
        return Problem(INVALID_DATA, message="El cuerpo debe ser un objeto JSON")
    known = model.model_fields
    said = {
        ".".join(map(str, place)): known[str(place[0])].description or ""
        if place[0] in known
        else "omitido: no se conoce ese campo"
        for place in places
    }
    return invalid(said)
