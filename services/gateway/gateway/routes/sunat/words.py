"""What is wrong with a body or a query, in Spanish, field by field."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from gateway.bodies import read_bytes
from gateway.http import BODY_TOO_LARGE, INTERNAL_ERROR, INVALID_JSON, UNAUTHORIZED, Body, ErrorRow, Incoming, Problem

DATOS_INVALIDOS = ErrorRow(422, "DATOS_INVALIDOS", "Los datos enviados no son válidos")
ALWAYS = (UNAUTHORIZED, INTERNAL_ERROR)
"""What every route of a known caller may answer."""
JSON_ERRORS = (INVALID_JSON, BODY_TOO_LARGE, DATOS_INVALIDOS)
"""What every route with a JSON body may answer."""

ModelT = TypeVar("ModelT", bound=BaseModel)

_LARGEST_BODY = 1_048_576
_MOST_NAMED = 5
_BY_FIELD = {
    "ruc": "debe tener 11 dígitos y comenzar con 10, 15, 16, 17 o 20",
    "ubigeo": "debe tener 6 dígitos válidos",
    "sol_endpoint": "debe ser beta o prod",
    "to": "debe ser una dirección de correo",
}
"""Said of whatever is wrong with the field, unless it is missing."""
_BY_TYPE = {
    "missing": "es obligatorio",
    "string_too_short": "no puede estar vacío",
    "string_too_long": "debe tener como máximo {max_length} caracteres",
    "string_type": "debe ser un texto",
    "string_pattern_mismatch": "no tiene el formato correcto",
    "literal_error": "debe ser uno de: {expected}",
    "greater_than": "debe ser mayor que {gt}",
    "greater_than_equal": "debe ser {ge} o más",
    "less_than": "debe ser menor que {lt}",
    "less_than_equal": "debe ser {le} o menos",
    "decimal_parsing": "debe ser un número",
    "decimal_type": "debe ser un número",
    "decimal_max_places": "admite hasta {decimal_places} decimales",
    "decimal_max_digits": "tiene demasiados dígitos",
    "decimal_whole_digits": "tiene demasiados dígitos",
    "finite_number": "debe ser un número",
    "int_parsing": "debe ser un número entero",
    "int_type": "debe ser un número entero",
    "int_from_float": "debe ser un número entero",
    "date_parsing": "debe ser una fecha AAAA-MM-DD",
    "date_from_datetime_parsing": "debe ser una fecha AAAA-MM-DD",
    "date_type": "debe ser una fecha AAAA-MM-DD",
    "too_short": "debe tener al menos {min_length} elemento(s)",
    "too_long": "debe tener como máximo {max_length} elementos",
    "tuple_type": "debe ser una lista",
    "model_type": "debe ser un objeto",
    "model_attributes_type": "debe ser un objeto",
}

_OF_STRINGS = {"too_short": "string_too_short", "too_long": "string_too_long"}


def json_body(model: type[BaseModel], *, optional: bool = False) -> Body:
    """A JSON body of at most a mebibyte; the route gets the model. No body is an empty object where it is optional."""

    async def read(incoming: Incoming) -> BaseModel:
        content = await read_bytes(incoming, _LARGEST_BODY)
        if optional and not content.strip():
            content = b"{}"
        try:
            return model.model_validate_json(content)
        except ValidationError as error:
            raise invalid(error) from None

    return Body(read, "application/json", model)


def read_query(model: type[ModelT], query: Mapping[str, str]) -> ModelT:
    """A query as its model; what is empty counts as absent. Raises Problem: 422."""
    try:
        return model.model_validate({name: value for name, value in query.items() if value.strip()})
    except ValidationError as error:
        raise invalid(error) from None


def invalid(error: ValidationError) -> Problem:
    """A validation's errors as the family's answer: 400 for what is no JSON, else 422."""
    problems = error.errors(include_input=False, include_url=False)
    if problems[0]["type"] == "json_invalid":
        return Problem(INVALID_JSON)
    # A list whose element is wrong counts as too short besides.
    within = {problem["loc"][:depth] for problem in problems for depth in range(len(problem["loc"]))}
    told = [problem for problem in problems if problem["loc"] not in within]
    return wrong({".".join(str(part) for part in problem["loc"]): _said(problem) for problem in told})


def wrong(fields: Mapping[str, str]) -> Problem:
    """The 422 that says what each of these fields must be."""
    named = [f"{name} {said}" if name else said for name, said in list(fields.items())[:_MOST_NAMED]]
    return Problem(DATOS_INVALIDOS, message="; ".join(named), details={"campos": dict(fields)})


def _said(problem: Any) -> str:
    kind, place, context = problem["type"], problem["loc"], dict(problem.get("ctx") or {})
    if kind in _OF_STRINGS and context.get("field_type") == "Value":  # a text that was looked at before it was read
        kind = _OF_STRINGS[kind]
    if kind != "missing" and (own := _by_field(place)):
        return own
    if "expected" in context:
        context["expected"] = str(context["expected"]).replace("'", "").replace(" or ", ", ")
    if kind == "string_too_short" and context.get("min_length", 1) > 1:
        return f"debe tener al menos {context['min_length']} caracteres"
    text = _BY_TYPE.get(kind, "no es válido")
    return text.format_map(context)


def _by_field(place: Sequence[int | str]) -> str | None:
    return _BY_FIELD.get(str(place[-1])) if place else None
