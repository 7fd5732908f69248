"""The OpenAPI document: current in the tree, whole, and true to what the server answers."""

import json
import re
from typing import Any

import pytest

from deploy.specs import DOCUMENTS
from gateway.openapi import openapi
from gateway.routes.families import FAMILIES

DOCUMENT: dict[str, Any] = openapi(FAMILIES, "1.0.0")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.path)
def test_the_document_in_the_tree_is_what_the_code_says(document: Any) -> None:
    assert document.is_current, f"{document.path} is stale: python -m deploy.specs"


def test_every_route_with_an_answer_is_described() -> None:
    described = {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    served = {(route.method, route.path) for family in FAMILIES for route in family.routes if route.answer is not None}
    assert described == served


def references(value: Any) -> set[str]:
    return set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(value)))


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        _, kind, name = reference.removeprefix("#/").split("/")
        assert name in DOCUMENT["components"][kind]


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for methods in DOCUMENT["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))


def test_the_upload_is_described_with_its_form_and_every_status() -> None:
    upload = DOCUMENT["paths"]["/api/v4/invoices/upload-ocr"]["post"]
    form = upload["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert list(form["properties"]) == ["image", "file", "mode"]
    assert form["properties"]["image"]["format"] == "binary"
    assert form["anyOf"] == [{"required": ["image"]}, {"required": ["file"]}]
    statuses = ["200", "202", "400", "401", "402", "409", "413", "415", "422", "429", "500", "503"]
    assert sorted(upload["responses"]) == statuses
    assert upload["security"] == [{"bearer": []}]
    for status, response in upload["responses"].items():
        content = response["content"]["application/json"]
        assert content["schema"]
        if status not in {"200", "202"}:
            assert all(example["value"]["error"]["message"] for example in content["examples"].values())


def test_money_is_described_as_a_number() -> None:
    invoice = DOCUMENT["components"]["schemas"]["InvoiceRead"]
    assert {"type": "number"} in invoice["properties"]["total"]["anyOf"]
    assert set(invoice["required"]) == set(invoice["properties"])


def test_a_path_parameter_is_described() -> None:
    (parameter,) = DOCUMENT["paths"]["/api/v4/requests/{request_id}"]["get"]["parameters"]
    assert (parameter["name"], parameter["in"], parameter["required"]) == ("request_id", "path", True)


def test_headers_that_clients_send_and_get_are_described() -> None:
    upload = DOCUMENT["paths"]["/api/v4/invoices/upload-ocr"]["post"]
    assert [(each["name"], each["in"]) for each in upload["parameters"]] == [
        ("Idempotency-Key", "header"),
        ("Prefer", "header"),
    ]
    assert set(upload["responses"]["202"]["headers"]) >= {"Location", "Preference-Applied", "X-RateLimit-Remaining"}
    assert all("Retry-After" in upload["responses"][status]["headers"] for status in ("429", "503"))
    assert "X-RateLimit-Limit" not in upload["responses"]["401"]["headers"]
    events = DOCUMENT["paths"]["/api/v4/requests/{request_id}/events"]["get"]
    assert list(events["responses"]["200"]["content"]) == ["text/event-stream"]
    assert "Last-Event-ID" in {each["name"] for each in events["parameters"]}


def test_queries_are_described() -> None:
    for path in ("/api/v4/lumis/movements", "/api/v4/lumimatch/tags"):
        described = {each["name"]: each for each in DOCUMENT["paths"][path]["get"]["parameters"]}
        assert described["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
        assert described["cursor"]["schema"]["type"] == "string"
        assert not any(each.get("required") for each in described.values())


def test_scans_are_described_with_both_ways_in_and_their_own_error() -> None:
    for path in ("/api/ocr-structured", "/api/ocr-structured-v4"):
        scan = DOCUMENT["paths"][path]["post"]
        assert scan["security"] == [{"bearer": []}, {"api_key": []}, {}]
        assert set(scan["responses"]) >= {"200", "400", "401", "413", "415", "422", "429", "500"}
        assert "X-Request-ID" in scan["responses"]["422"]["headers"]
        for status in ("400", "413", "422", "429", "500"):
            examples = scan["responses"][status]["content"]["application/json"]["examples"]
            assert all(list(example["value"]) == ["error"] for example in examples.values())
    schemas = DOCUMENT["components"]["schemas"]
    for model in ("V4Request", "V4Answer", "LegacyRequest", "LegacyAnswer"):
        assert schemas[model]["examples"]
    assert schemas["Alternate"]["properties"]["grand_total"]["type"] == "number"
