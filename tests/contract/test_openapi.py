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
        assert reference.removeprefix("#/components/schemas/") in DOCUMENT["components"]["schemas"]


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for methods in DOCUMENT["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))


def test_the_upload_is_described_with_its_form_and_every_status() -> None:
    upload = DOCUMENT["paths"]["/api/v4/invoices/upload-ocr"]["post"]
    form = upload["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert list(form["properties"]) == ["image", "file", "mode"]
    assert form["properties"]["image"]["format"] == "binary"
    assert form["anyOf"] == [{"required": ["image"]}, {"required": ["file"]}]
    assert sorted(upload["responses"]) == ["200", "400", "401", "402", "413", "415", "422", "500"]
    assert upload["security"] == [{"bearer": []}]
    for status, response in upload["responses"].items():
        content = response["content"]["application/json"]
        assert content["schema"]
        if status != "200":
            assert all(example["value"]["error"]["message"] for example in content["examples"].values())


def test_money_is_described_as_a_number() -> None:
    invoice = DOCUMENT["components"]["schemas"]["InvoiceRead"]
    assert {"type": "number"} in invoice["properties"]["total"]["anyOf"]
    assert set(invoice["required"]) == set(invoice["properties"])


def test_a_path_parameter_is_described() -> None:
    (parameter,) = DOCUMENT["paths"]["/api/v4/requests/{request_id}"]["get"]["parameters"]
    assert (parameter["name"], parameter["in"], parameter["required"]) == ("request_id", "path", True)
