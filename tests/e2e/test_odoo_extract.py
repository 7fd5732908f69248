"""What an exacting user checks of the Extract API, first part: calls, ids, credits and files."""

import asyncio
from typing import Any

import pytest
import pytest_asyncio

from tests.support import badfiles
from tests.support.drawn_invoices import DRAWN
from tests.support.extract import TEST_TOKEN, Client, account, content, encoded
from tests.support.extract_papers import many_pages, picture, receipt
from tests.support.platform import Platform
from tests.support.waiting import until

PAPER = DRAWN["british"]().content
PARSE = "/api/extract/invoice/1/parse"
FEATURES = ("total", "subtotal", "invoice_id", "date")


@pytest_asyncio.fixture(scope="module")
async def client(platform: Platform) -> Client:
    """A client of version 122 with credits enough."""
    return (await account(platform, 200))[1]


async def test_check_01_a_client_of_version_120_goes_by_integers_and_codes(platform: Platform) -> None:
    _, old = await account(platform, 1, generation="iap", version=120)
    taken = await old.parse(PAPER)
    number = taken["document_id"]
    assert (taken["status_code"], type(number)) == (0, int)
    assert 0 < number < 2**31

    async def ready() -> bool:
        return bool((await old.call("get_results", document_ids=[number]))[str(number)]["status_code"] != 1)

    await until(ready, 30)
    found = await old.call("get_results", document_ids=[number])
    assert list(found) == [str(number)]
    (result,) = found[str(number)]["results"]
    assert [content(result, name) for name in FEATURES] == [706.8, 589.0, "SI-004417", "2023-06-07 00:00:00"]
    values = {"total": {"content": 706.8}}
    assert (await old.call("validate", document_id=str(number), values=values))["status_code"] == 0


async def test_check_02_a_client_of_version_122_has_its_answer_to_parse_at_once(client: Client) -> None:
    result = await client.read(PAPER)
    assert [content(result, name) for name in FEATURES] == [706.8, 589.0, "SI-004417", "2023-06-07"]


async def test_check_03_a_client_of_version_123_goes_by_tokens(platform: Platform) -> None:
    _, new = await account(platform, 1, generation="2", version=123)
    taken = await new.parse(PAPER)
    assert set(taken) == {"status", "status_msg", "document_token"}
    ended = await new.ended(taken["document_token"])
    assert set(ended) == {"status", "status_msg", "results"}
    assert content(ended["results"][0], "total") == 706.8


async def test_check_04_a_batch_tells_of_each_document_by_itself(platform: Platform) -> None:
    client = Client(platform)
    done, waiting = await client.handed_in(PAPER), await client.handed_in(PAPER)
    await client.get(done)
    found = await client.call("get_result_batch", document_uuids=[done, waiting, 7])
    assert {key: each["status"] for key, each in found.items()} == {
        done: "success",
        waiting: "processing",
        "7": "error_document_not_found",
    }
    assert ["results" in each for each in found.values()] == [True, False, False]


async def test_check_05_lists_of_ids_go_by_every_name_that_was_ever_documented(platform: Platform) -> None:
    client = Client(platform)
    taken = await client.parse(PAPER)
    uuid, number = taken["document_uuid"], taken["document_id"]
    await client.get(uuid)
    for name, ids in (
        ("document_uuids", [uuid]),
        ("documents_uuids", [uuid]),
        ("document_ids", [number]),
        ("documents_ids", [str(number)]),
    ):
        for route in ("get_result_batch", "get_results"):
            found = await client.call(route, **{name: ids})
            assert [each["status"] for each in found.values()] == ["success"], name
            assert list(found) == [str(ids[0])]
    for one in ({"document_uuid": uuid}, {"document_id": number}, {"document_id": str(number)}, {"document_id": uuid}):
        assert (await client.call("get_result", **one))["status"] == "success"


async def test_check_06_a_document_that_is_not_ready_has_no_results(platform: Platform) -> None:
    client = Client(platform)
    found = await client.get(await client.handed_in(PAPER))
    assert found == {"status": "processing", "status_code": 1, "status_msg": "Not ready"}


@pytest.mark.parametrize("identity", [0, "abc", None, 1.5, 7])
async def test_check_07_the_id_of_a_call_comes_back_as_it_came(platform: Platform, identity: Any) -> None:
    answer = await Client(platform).answer("get_result", {"document_uuid": "nobody"}, identity)
    assert (answer["id"], type(answer["id"])) == (identity, type(identity))
    assert answer["jsonrpc"] == "2.0"
    assert answer["result"]["status"] == "error_document_not_found"


@pytest.mark.parametrize("changed", [{"method": "no_such_method"}, {"jsonrpc": "1.0"}, {"id": None, "jsonrpc": None}])
async def test_check_08_the_route_alone_says_what_is_wanted(platform: Platform, changed: dict[str, Any]) -> None:
    body = {"jsonrpc": "2.0", "method": "call", "params": {"document_uuid": "nobody"}, "id": 1, **changed}
    async with platform.client.post("/api/extract/invoice/1/get_result", json=body) as response:
        assert response.status == 200
        assert (await response.json())["result"]["status"] == "error_document_not_found"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'[{"id": 1}]', b"7", b'{"params": [], "id": 3}', b"\xff\xfe\x00"])
async def test_check_09_a_body_that_is_no_call_is_told_so_in_the_familys_words(platform: Platform, body: bytes) -> None:
    async with platform.client.post(PARSE, data=body) as response:
        answer = await response.json()
    assert response.status == 400
    assert answer["error"]["code"] in {-32700, -32600, -32602}
    assert answer["error"]["data"]["name"] == "UserError"
    assert answer["error"]["data"]["message"]
    assert answer["id"] == (3 if b"3" in body else None)


async def test_check_10_a_route_that_is_read_answers_405(platform: Platform) -> None:
    async with platform.client.get(PARSE) as response:
        answer = await response.json()
    assert (response.status, response.headers["Allow"]) == (405, "POST")
    assert answer["error"]["data"] == {
        "name": "UserError",
        "message": "Only POST is answered here",
        "debug": "",
        "arguments": ["Only POST is answered here"],
    }


@pytest.mark.parametrize("path", ["/api/extract/invoice/3/parse", "/iap/invoice_extract/validate_batch", "/iap"])
async def test_check_10_an_unknown_route_is_told_in_the_familys_words(platform: Platform, path: str) -> None:
    async with platform.client.post(path, json={"id": 1}) as response:
        answer = await response.json()
    assert (response.status, answer["error"]["code"], answer["error"]["data"]["name"]) == (404, -32601, "UserError")


@pytest.mark.parametrize("token", ["nobody's", "", None, 7, ["x"]])
async def test_check_11_an_unknown_account_token_is_refused(platform: Platform, token: Any) -> None:
    taken = await Client(platform, token=token).parse(PAPER)
    assert (taken["status"], taken["status_code"]) == ("error_invalid_account_token", 12)
    assert not [name for name in taken if name.startswith("document")]


async def test_check_12_credits_fall_by_one_for_each_success_and_never_below_zero(platform: Platform) -> None:
    user, client = await account(platform, 5)
    taken = await asyncio.gather(*(client.parse(PAPER) for _ in range(20)))
    assert sorted(each["status"] for each in taken) == ["error_no_credit"] * 15 + ["success"] * 5
    assert {each["status_code"] for each in taken if each["status"] == "error_no_credit"} == {3}
    assert not [name for each in taken if each["status_code"] for name in each if name.startswith("document")]
    stored = platform.db["gateway"]["extract_documents"]
    assert await stored.count_documents({"user_id": user}) == 5

    async def settled() -> bool:
        balance = await platform.balance(user)
        return (balance.balance, balance.held) == (0, 0)

    await until(settled, 60)
    assert [movement.amount for movement in await platform.movements(user) if movement.kind == "charge"] == [-1] * 5


@pytest.mark.parametrize(("kind", "version"), [("invoice", 122), ("expense", 132), ("applicant", 102)])
async def test_check_13_the_test_mode_is_free_and_answers_the_same_to_any_file(
    platform: Platform, kind: str, version: int
) -> None:
    client = Client(platform, kind=kind, version=version)
    files = await platform.db["documents"]["files"].estimated_document_count()
    first, second = [await client.handed_in(each) for each in (PAPER, picture("PNG"))]
    assert [(await client.get(each))["status"] for each in (first, second)] == ["processing"] * 2
    found = [(await client.get(each))["results"] for each in (first, second)]
    assert found[0] == found[1]
    assert await platform.db["documents"]["files"].estimated_document_count() <= files
    if kind == "invoice":
        assert all(name in found[0][0] for name in (*FEATURES, "supplier", "iban", "SWIFT_code", "qr-bill", "type"))
    values = {"total": {"content": 1}}
    assert (await client.call("validate", document_uuid=first, values=values))["status"] == "success"


async def test_check_14_a_pdf_is_read_before_a_picture_that_stands_first(client: Client) -> None:
    result = await client.read(picture("PNG"), PAPER)
    assert content(result, "invoice_id") == "SI-004417"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP"])
async def test_check_15_pictures_of_three_formats_are_taken(client: Client, form: str) -> None:
    taken = await client.parse(picture(form))
    assert taken["status"] == "success"


@pytest.mark.parametrize(
    "documents",
    [
        [encoded(picture("GIF"))],
        [encoded(badfiles.zip_archive())],
        [""],
        ["%%%"],
        [encoded(b"BM is how this text begins")],
        [],
        None,
        [7],
        {"a": 1},
    ],
)
async def test_check_15_other_files_and_none_are_refused(platform: Platform, documents: Any) -> None:
    params = {"account_token": TEST_TOKEN, "documents": documents}
    taken = await Client(platform).call("parse", **params)
    assert (taken["status"], taken["status_code"]) == ("error_unsupported_format", 6)
    assert set(taken) == {"status", "status_code", "status_msg"}


async def test_check_15_base64_with_breaks_and_behind_a_data_url_is_taken(platform: Platform) -> None:
    text = encoded(PAPER)
    broken = "\r\n".join(text[at : at + 76] for at in range(0, len(text), 76))
    for document in (broken, f"data:application/pdf;base64,{text}", f"  {text}\n"):
        taken = await Client(platform).call("parse", account_token=TEST_TOKEN, documents=[document])
        assert taken["status"] == "success"


async def test_check_16_a_pdf_with_a_password_is_taken_and_then_told(platform: Platform) -> None:
    user, client = await account(platform, 1)
    ended = await client.ended(await client.handed_in(badfiles.encrypted_pdf("secret")))
    assert (ended["status"], ended["status_code"]) == ("error_password_protected", 10)
    assert "results" not in ended
    await until(lambda: is_back(platform, user), 20)


@pytest.mark.parametrize(
    ("paper", "statuses"),
    [
        (picture("PNG", (1, 1)), {"error_unsupported_size"}),
        (PAPER[:400], {"error_no_page_count", "error_pdf_conversion_to_images"}),
        (many_pages(500), {"error_too_many_pages"}),
    ],
    ids=["one pixel", "cut", "500 pages"],
)
async def test_check_17_what_cannot_be_read_says_why_and_costs_nothing(
    platform: Platform, paper: bytes, statuses: set[str]
) -> None:
    user, client = await account(platform, 1)
    ended = await client.ended(await client.handed_in(paper))
    assert ended["status"] in statuses
    await until(lambda: is_back(platform, user), 20)


async def is_back(platform: Platform, user: str) -> bool:
    balance = await platform.balance(user)
    return (balance.balance, balance.held) == (1, 0)


async def test_bank_statements_are_refused_clearly(platform: Platform) -> None:
    body = {"jsonrpc": "2.0", "method": "call", "params": {"account_token": TEST_TOKEN}, "id": "s"}
    async with platform.client.post("/api/extract/bank_statement/1/parse", json=body) as response:
        answer = await response.json()
    assert (response.status, answer["id"]) == (200, "s")
    assert answer["result"]["status"] == "error_unsupported_format"
    assert "bank statements" in answer["result"]["status_msg"]


async def test_an_expense_slip_is_read_with_its_own_features_alone(platform: Platform) -> None:
    _, client = await account(platform, 1, kind="expense", version=132)
    result = await client.read(receipt())
    assert content(result, "total") == 6.05
    assert content(result, "date") == "2024-02-03"
    assert set(result) <= {
        "full_text_annotation",
        "description",
        "country",
        "date",
        "total",
        "currency",
        "bill_reference",
        "detected_layout_id",
    }


async def test_a_revoked_token_pays_for_nothing_any_more(platform: Platform) -> None:
    user, client = await account(platform, 1)
    headers = platform.headers("boss", "admin")
    path = f"/api/v4/admin/users/{user}/extract-tokens"
    async with platform.client.get(path, headers=headers) as response:
        (token,) = (await response.json())["data"]["tokens"]
    assert set(token) == {"id", "name", "created_at"}
    async with platform.client.delete(f"{path}/{token['id']}", headers=headers) as response:
        assert response.status == 200
    assert (await client.parse(PAPER))["status"] == "error_invalid_account_token"
    assert (await platform.balance(user)).available == 1
