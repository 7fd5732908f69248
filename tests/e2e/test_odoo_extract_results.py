"""What an exacting user checks of the Extract API, second part: results, places, callbacks, validation, secrecy."""

import itertools
import json
from typing import Any

import pytest_asyncio

from shared.contracts.extract import DocumentCorrected
from tests.support.drawn_invoices import DRAWN
from tests.support.extract import TEST_TOKEN, Client, account, content, issue, rotated_scan
from tests.support.extract_boxes import overlap, printed_box
from tests.support.extract_papers import CLIENT_VAT, QR_REFERENCE, SUPPLIER_VAT, qr_bill, receipt, resume, two_parties
from tests.support.platform import Platform
from tests.support.receiver import receiving
from tests.support.waiting import until

PAPER = DRAWN["british"]().content
FEATURES = ("supplier", "date", "due_date", "invoice_id", "currency", "VAT_Number", "total")
"""What Odoo's client goes through candidate by candidate."""


@pytest_asyncio.fixture(scope="module")
async def client(platform: Platform) -> Client:
    """A client of version 122 with credits enough."""
    return (await account(platform, 200))[1]


async def test_check_18_each_version_has_its_own_form(platform: Platform) -> None:
    found: dict[int, dict[str, Any]] = {}
    for generation, version in (("1", 120), ("1", 121), ("1", 122), ("2", 123)):
        client = (await account(platform, 1, generation=generation, version=version))[1]
        found[version] = await client.read(PAPER)
    for version in (120, 121):
        assert content(found[version], "global_taxes_amount") == 117.8
        assert "total_tax_amount" not in found[version]
        assert set(found[version]["total"]) == {"selected_value", "words"}
        assert content(found[version], "date") == "2023-06-07 00:00:00"
        rates = found[version]["global_taxes"]["selected_values"]
        assert [(each["content"], each["amount_type"]) for each in rates] == [(20.0, "percent")]
    for version in (122, 123):
        assert content(found[version], "total_tax_amount") == 117.8
        assert set(found[version]["total"]) == {"selected_value", "candidates"}
        assert content(found[version], "date") == "2023-06-07"
    assert found[122]["invoice_lines"][0]["quantity"]["selected_value"]["content"] == 2.0
    assert found[123]["invoice_lines"][0] == {
        "description": "Oak worktop 3m oiled",
        "quantity": 2.0,
        "unit_price": 189.5,
        "subtotal": 379.0,
        "total": found[123]["invoice_lines"][0]["total"],
        "taxes": [20.0],
    }


async def test_check_18_unknown_versions_are_refused_on_2_which_demands_one(platform: Platform) -> None:
    _, client = await account(platform, 1, generation="2", version=999)
    for version in (999, None, "x"):
        taken = await client.answer("parse", {"account_token": client.token, "documents": [], "version": version})
        assert taken["result"] == {"status": "error_unsupported_version", "status_msg": "Unsupported version"}


async def test_check_19_a_call_without_a_version_gets_the_latest_of_its_routes(platform: Platform) -> None:
    client = Client(platform, version=None)
    document = await client.handed_in(PAPER)
    await client.get(document)
    assert "candidates" in (await client.get(document))["results"][0]["total"]


async def test_check_20_the_vat_number_is_the_other_partys(client: Client) -> None:
    paper = two_parties().content
    as_client = await client.read(paper)
    as_supplier = await client.read(paper, user_infos={"perspective": "supplier"})
    assert content(as_client, "VAT_Number") == SUPPLIER_VAT
    assert content(as_supplier, "VAT_Number") == CLIENT_VAT
    assert content(as_supplier, "client") == "Brussels Bikes NV"


async def test_check_21_the_senders_own_vat_number_is_heeded_in_both_spellings(client: Client) -> None:
    """Whose paper it is follows from who sends it: with the printed supplier as the client, the parties change."""
    paper = two_parties().content
    for name in ("user_company_vat", "user_company_VAT"):
        infos = {name: SUPPLIER_VAT, "user_company_name": False, "perspective": "client"}
        assert content(await client.read(paper, user_infos=infos), "VAT_Number") == CLIENT_VAT, name


async def test_check_22_boxes_cover_the_printed_text(client: Client) -> None:
    result = await client.read(PAPER)
    for name, text in (("total", "706.80"), ("invoice_id", "SI-004417"), ("due_date", "7 July 2023")):
        value = result[name]["selected_value"]
        assert overlap(value["coords"], printed_box(PAPER, text)) > 0.5, name
    for feature in result.values():
        for candidate in feature.get("candidates", []) if isinstance(feature, dict) else []:
            *place, angle = candidate["coords"]
            assert all(isinstance(each, float) for each in candidate["coords"])
            assert all(0 <= each <= 1 for each in place)
            assert angle == 0
            assert candidate["page"] == 0


async def test_check_22_boxes_of_a_scan_that_lies_on_its_side_cover_the_printed_text(client: Client) -> None:
    result = await client.read(rotated_scan(PAPER, 90))
    value = result["total"]["selected_value"]
    assert value["content"] == 706.8
    assert value["coords"][4] in {90.0, 270.0, -90.0}
    assert overlap(value["coords"], printed_box(PAPER, "£706.80", turned=90), turned=True) > 0.3


async def test_check_22_pages_count_from_zero(client: Client) -> None:
    result = await client.read(DRAWN["german_long"]().content)
    assert result["total"]["selected_value"]["page"] == 1
    assert result["invoice_id"]["selected_value"]["page"] == 0


async def test_check_23_the_selected_value_is_the_first_candidate_and_typed(client: Client) -> None:
    result = await client.read(PAPER)
    for name in FEATURES:
        assert result[name]["selected_value"] == result[name]["candidates"][0]
        contents = [each["content"] for each in result[name]["candidates"]]
        assert all(isinstance(each, float if name == "total" else str) for each in contents)
        assert len(contents) == len(set(contents))


async def test_check_24_orders_are_several_and_a_regex_narrows_them_within_bounds(client: Client) -> None:
    paper = two_parties().content
    plain = await client.read(paper)
    assert "P00417" in orders(plain)
    assert set(plain["purchase_order"]) == {"selected_values", "candidates"}
    own = await client.read(paper, user_infos={"purchase_order_regex": r"ZX-\d{2}-\d{4}"})
    assert orders(own) == ["ZX-99-1234"]
    for regex in (r"(a+)+$", r"(\w*)*#", "(", "x" * 600):
        assert content(await client.read(paper, user_infos={"purchase_order_regex": regex}), "total") == 242.0


def orders(result: dict[str, Any]) -> list[str]:
    return [each["content"] for each in result.get("purchase_order", {}).get("selected_values", [])]


async def test_check_25_what_was_not_found_is_left_out_and_kinds_have_their_own_features(platform: Platform) -> None:
    allowed = {
        "expense": {"description", "country", "date", "total", "currency", "bill_reference"},
        "applicant": {"name", "email", "phone", "mobile"},
    }
    for kind, version, paper in (("expense", 132, receipt()), ("applicant", 102, resume())):
        _, client = await account(platform, 1, kind=kind, version=version)
        result = await client.read(paper)
        assert set(result) - {"full_text_annotation", "detected_layout_id"} <= allowed[kind]
        assert None not in [feature["selected_value"] for feature in result.values() if isinstance(feature, dict)]
    assert content(result, "name") == "Alexandra Meyer"
    assert content(result, "email") == "alexandra.meyer@example.com"


async def test_check_26_ways_to_pay_are_found_where_they_are_printed(client: Client) -> None:
    british, american = await client.read(PAPER), await client.read(DRAWN["american"]().content)
    bic = json.loads(content(british, "SWIFT_code"))
    assert (bic["bic"], bic["country_code"]) == ("NWBKGB2L", "GB")
    assert isinstance(bic["verified_bic"], bool)
    assert bic["verified_bic"] or not {"name", "city"} & bic.keys()
    assert content(british, "iban") == "GB29NWBK60161331926819"
    assert content(american, "aba") == "021000021"
    assert not {"iban", "SWIFT_code", "qr-bill"} & american.keys()
    assert QR_REFERENCE in content(await client.read(qr_bill()), "qr-bill")


async def test_check_27_lines_add_up(client: Client) -> None:
    result = await client.read(two_parties().content)
    lines = result["invoice_lines"]
    assert sum(line["subtotal"]["selected_value"]["content"] for line in lines) == content(result, "subtotal") == 200
    assert [[each["content"] for each in line["taxes"]["selected_values"]] for line in lines] == [[21.0], [21.0]]
    assert {each["amount_type"] for line in lines for each in line["taxes"]["selected_values"]} == {"percent"}
    totals = [line["total"]["selected_value"]["content"] for line in lines if "total" in line]
    assert abs(sum(totals) - content(result, "total")) < 0.05


async def test_check_28_the_program_that_waits_is_called_once_when_it_can_read_the_result(platform: Platform) -> None:
    async with receiving() as receiver:
        base = "/".join(receiver.url.split("/")[:3])
        _, client = await account(platform, 2)
        dead = await client.handed_in(PAPER, webhook_url="http://127.0.0.1:9/extract/")
        document = await client.handed_in(PAPER, webhook_url=f"{base}/extract/")
        test_one = await Client(platform).handed_in(PAPER, webhook_url=f"{base}/extract")
        await until(lambda: len(receiver.received) >= 2, 30)
        assert [
            (await each.get(one))["status"] for each, one in ((client, document), (Client(platform), test_one))
        ] == ["success"] * 2
        assert (await client.ended(dead))["status"] == "success"
        paths = sorted(message.path.rpartition("/")[2] for message in receiver.received)
        assert paths == sorted([document, test_one])
        assert {message.body for message in receiver.received} == {b""}


async def test_check_29_a_document_is_validated_once_with_whatever_clients_send(platform: Platform) -> None:
    user, client = await account(platform, 3)
    first, second, third = [await client.handed_in(PAPER) for _ in range(3)]
    for document in (first, second, third):
        await client.ended(document)
    assert (await client.call("validate", document_id=first, values=as_clients_say()))["status"] == "success"
    again = await client.call("validate", document_uuid=first, values={})
    assert (again["status"], again["status_code"]) == ("error_validation_format", 12)
    assert "before" in again["status_msg"]
    wrong: tuple[Any, ...] = (
        None,
        [],
        "x",
        {"total": 7},
        {"total": {}},
        {"invoice_lines": {}},
        {"invoice_lines": {"lines": [1]}},
    )
    for bad in wrong:
        refused = await client.call("validate", document_uuid=second, values=bad)
        assert refused["status"] == "error_validation_format", bad
    batch = {second: {"total": {"content": 706.8}}, third: {"total": 1}, "nobody": {}}
    found = await client.call("validate_batch", documents=batch)
    assert [found[key]["status"] for key in (second, third, "nobody")] == [
        "success",
        "error_validation_format",
        "error_document_not_found",
    ]
    assert found["status"] == "success"
    stored = platform.db["gateway"]["extract_documents"]
    assert await stored.count_documents({"user_id": user, "told": False}) == 0
    (row,) = [row async for row in stored.find({"_id": first})]
    await platform.request_with(row["request_id"], user, DocumentCorrected.NAME)


def as_clients_say() -> dict[str, Any]:
    """Every form of content that is known of clients."""
    return {
        "total": {"content": 706.8, "box": ["£706.80", 0, 0.88, 0.35, 0.07, 0.0125, 0]},
        "date": {"content": "2023-06-07 00:00:00", "box": []},
        "VAT_Number": {"content": "GB 980 7806 84"},
        "SWIFT_code": {"content": json.dumps({"bic": "NWBKGB2L"})},
        "partner": {"content": "Pennine"},
        "payment_ref": {"content": False},
        "global_taxes": {"content": [{"amount": 20.0, "tax_type": "percent"}]},
        "global_taxes_amount": {"content": 117.8},
        "merged_lines": False,
        "invoice_lines": {"lines": [line(kind) for kind in ("percent", "fixed", "division", "group")]},
    }


def line(kind: str) -> dict[str, Any]:
    taxes = [{"amount": 20.0, "type": kind, "price_include": False}]
    figures = {"quantity": 2, "unit_price": 189.5, "taxes_amount": 75.8, "subtotal": 379.0, "total": 454.8}
    return {"description": "Oak worktop 3m oiled", "product": False, "taxes": taxes, **figures}


async def test_check_30_nobody_else_reads_or_validates_a_document(platform: Platform) -> None:
    _, mine = await account(platform, 2, generation="2", version=122)
    _, other = await account(platform, 2, generation="2", version=122)
    token = await mine.handed_in(PAPER)
    await mine.ended(token)
    for account_token in (other.token, TEST_TOKEN, "nobody", None):
        stranger = {"document_token": token, "account_token": account_token}
        assert await mine.call("get_result", **stranger) == not_found()
        assert await mine.call("validate", **stranger, values={}) == not_found()
        found = await mine.call("get_result_batch", document_uuids=[token], account_token=account_token)
        assert found == {token: not_found()}
    old = Client(platform)
    assert (await old.get(token))["status"] == "error_document_not_found"
    assert (await mine.get(token))["status"] == "success"


def not_found() -> dict[str, str]:
    return {"status": "error_document_not_found", "status_msg": "The document could not be found"}


async def test_check_30_ids_cannot_be_guessed(platform: Platform) -> None:
    taken = [await Client(platform).parse(PAPER) for _ in range(6)]
    assert len({each["document_uuid"] for each in taken}) == 6
    numbers = [each["document_id"] for each in taken]
    assert all(abs(one - other) > 1 for one, other in itertools.combinations(numbers, 2))


async def test_check_30_results_survive_a_restart_and_are_the_same_for_another_token(platform: Platform) -> None:
    user, client = await account(platform, 1, generation="2", version=122)
    token = await client.handed_in(PAPER)
    test_client = Client(platform)
    test_document = await test_client.handed_in(PAPER)
    before = await client.ended(token)
    await test_client.get(test_document)
    platform.stack.kill("gateway")
    platform.stack.start_again("gateway")
    await platform.stack.until_ready("gateway")
    again = Client(platform, await issue(platform, user), generation="2")
    assert await again.get(token) == before
    assert (await test_client.get(test_document))["status"] == "success"


async def test_check_30_a_credit_note_says_that_it_is_one(client: Client) -> None:
    assert (await client.read(DRAWN["german_credit"]().content))["type"] == "refund"
    assert (await client.read(PAPER))["type"] == "invoice"
