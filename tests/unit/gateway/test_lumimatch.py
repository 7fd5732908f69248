"""Lumimatch over HTTP: who may ask, what crosses the bus, what is answered, and every refusal in its envelope."""

from datetime import date
from typing import Any

import pytest

from shared.contracts.message import Call
from shared.contracts.tags import (
    BadCatalogRow,
    CatalogImported,
    CatalogRows,
    DeleteSegment,
    EraseTags,
    ImportCatalog,
    ListSegments,
    ListUnresolved,
    ReadCatalogRows,
    ReadTags,
    Segment,
    SegmentRule,
    Segments,
    SegmentUsers,
    StoreSegment,
    TagAtom,
    TaggedUsers,
    TagsErased,
    UnresolvedName,
    UnresolvedNames,
    UserIds,
    UserTag,
    UserTags,
)
from shared.errors import Refused
from tests.support.gateway import Gateway, Reply, token

ROOT = "/api/v4/lumimatch"
RULE = {"all": ["product_brand:cocacola"], "none": [{"tag": "issuer_l1:farmacia", "min_count": 2, "within_days": 90}]}
SEGMENT = Segment(id="s1", name="Gaseosas", rule=SegmentRule(all=(TagAtom(tag="product_l2:gaseosas"),)))
TAG = UserTag(
    tag="product_brand:cocacola",
    kind="product_brand",
    value="cocacola",
    count=3,
    first_seen=date(2024, 11, 1),
    last_seen=date(2024, 12, 15),
)
FOR_ADMINISTRATORS = [
    ("GET", "/users/user-2/tags"),
    ("GET", "/tags/product_brand:cocacola/users"),
    ("POST", "/segments/preview"),
    ("GET", "/segments"),
    ("POST", "/segments"),
    ("GET", "/segments/s1"),
    ("PUT", "/segments/s1"),
    ("DELETE", "/segments/s1"),
    ("GET", "/segments/s1/users"),
    ("POST", "/catalog/brands"),
    ("GET", "/catalog/brands"),
    ("GET", "/unresolved"),
]


async def admin(gateway: Gateway, method: str, path: str, answer: tuple[type[Call[Any]], Any], **options: Any) -> Reply:
    kind, given = answer
    gateway.bus.answers[kind] = given
    headers = {"Authorization": f"Bearer {token('boss', scope='admin')}", **options.pop("headers", {})}
    return await gateway.send(method, ROOT + path, user=None, headers=headers, **options)


@pytest.mark.parametrize(("method", "path"), FOR_ADMINISTRATORS)
async def test_an_administrators_route_is_for_administrators(gateway: Gateway, method: str, path: str) -> None:
    reply = await gateway.send(method, ROOT + path, data=b"{")
    assert (reply.status, reply.json["error"]["code"], reply.json["data"]) == (403, "FORBIDDEN", None)
    reply = await gateway.send(method, ROOT + path, user=None)
    assert (reply.status, reply.json["error"]["code"]) == (401, "UNAUTHORIZED")
    assert gateway.bus.calls == []


async def test_one_reads_ones_own_tags_with_every_filter(gateway: Gateway) -> None:
    gateway.bus.answers[ReadTags] = UserTags(tags=(TAG,), next_cursor="abc")
    query = "?kind=product_brand&min_count=2&since=2024-12-01&limit=1&cursor=xyz"
    reply = await gateway.send("GET", f"{ROOT}/tags{query}")
    assert gateway.bus.asked(ReadTags) == [
        ReadTags(user_id="user-1", kind="product_brand", min_count=2, since=date(2024, 12, 1), limit=1, cursor="xyz")
    ]
    assert reply.json["data"] == {
        "tags": [
            {
                "tag": "product_brand:cocacola",
                "kind": "product_brand",
                "value": "cocacola",
                "count": 3,
                "first_seen": "2024-11-01",
                "last_seen": "2024-12-15",
            }
        ],
        "next_cursor": "abc",
    }


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("kind=colour", "kind"),
        ("min_count=0", "min_count"),
        ("min_count=99999999999999999999", "min_count"),
        ("since=1700000000", "since"),
        ("since=2024-02-30", "since"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
    ],
)
async def test_a_query_that_cannot_be_is_told_by_its_field(gateway: Gateway, query: str, field: str) -> None:
    reply = await gateway.send("GET", f"{ROOT}/tags?{query}")
    assert (reply.status, reply.json["error"]["code"]) == (422, "INVALID_DATA")
    assert list(reply.json["error"]["details"]["fields"]) == [field]
    assert gateway.bus.calls == []


@pytest.mark.parametrize(
    ("code", "status"),
    [("INVALID_CURSOR", 400), ("SEGMENT_NOT_FOUND", 404), ("SEGMENT_NAME_TAKEN", 409), ("UNREADABLE_CSV", 400)],
)
async def test_a_refusal_has_its_status(gateway: Gateway, code: str, status: int) -> None:
    gateway.bus.answers[ReadTags] = Refused(code, "No")
    reply = await gateway.send("GET", f"{ROOT}/tags")
    assert (reply.status, reply.json["error"]["code"], reply.json["error"]["message"]) == (status, code, "No")


async def test_one_erases_ones_own_tags(gateway: Gateway) -> None:
    gateway.bus.answers[EraseTags] = TagsErased(tags=7, events=12)
    reply = await gateway.send("DELETE", f"{ROOT}/tags", user="user-9")
    assert reply.json["data"] == {"tags": 7, "events": 12}
    assert gateway.bus.asked(EraseTags) == [EraseTags(user_id="user-9")]


async def test_an_administrator_reads_a_users_tags(gateway: Gateway) -> None:
    reply = await admin(gateway, "GET", "/users/user-2/tags?limit=3", (ReadTags, UserTags(tags=(TAG,))))
    assert (reply.status, reply.json["data"]["next_cursor"]) == (200, None)
    assert gateway.bus.asked(ReadTags) == [ReadTags(user_id="user-2", limit=3)]
    reply = await admin(gateway, "GET", "/users/" + "x" * 129 + "/tags", (ReadTags, UserTags(tags=())))
    assert (reply.status, reply.json["error"]["code"]) == (404, "NOT_FOUND")


async def test_a_tags_users_are_asked_for_with_the_reason(gateway: Gateway) -> None:
    path = "/tags/product_code:A%2FB/users?min_count=2&since=2024-01-01&limit=5&reason=soporte"
    found = UserIds(total=2, user_ids=("a", "b"), small=True)
    reply = await admin(gateway, "GET", path, (TaggedUsers, found))
    assert reply.json["data"] == {"total": 2, "user_ids": ["a", "b"], "next_cursor": None, "small": True}
    assert gateway.bus.asked(TaggedUsers) == [
        TaggedUsers(tag="product_code:A/B", min_count=2, since=date(2024, 1, 1), limit=5, reason="soporte")
    ]
    reply = await admin(gateway, "GET", "/tags/colour:red/users", (TaggedUsers, found))
    assert (reply.status, list(reply.json["error"]["details"]["fields"])) == (422, ["tag"])


async def test_why_a_small_group_was_looked_at_is_logged_with_a_pseudonym(
    gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    found = UserIds(total=2, user_ids=("a", "b"), small=True)
    await admin(gateway, "GET", "/segments/s1/users?reason=queja%2017", (SegmentUsers, found))
    logged = capsys.readouterr().out
    assert "queja 17" in logged
    assert "boss" not in logged


@pytest.mark.parametrize("body", [RULE, {"rule": RULE}])
async def test_a_rule_is_previewed_with_bare_tags_and_conditions(gateway: Gateway, body: dict[str, Any]) -> None:
    found = UserIds(total=40, user_ids=tuple(f"u{number}" for number in range(20)), next_cursor="c")
    reply = await admin(gateway, "POST", "/segments/preview", (SegmentUsers, found), json={**body, "reason": "x"})
    assert reply.json["data"] == {"size": 40, "user_ids": list(found.user_ids), "small": False}
    rule = SegmentRule(
        all=(TagAtom(tag="product_brand:cocacola"),),
        none=(TagAtom(tag="issuer_l1:farmacia", min_count=2, within_days=90),),
    )
    assert gateway.bus.asked(SegmentUsers) == [SegmentUsers(rule=rule, limit=20, reason="x")]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"alll": ["product_brand:x"]}, "alll"),
        ({"all": ["colour:red"]}, "all.0.tag"),
        ({"all": [{"tag": "product_brand:x", "mincount": 2}]}, "all.0.mincount"),
        ({"any": [{"tag": "product_brand:x", "min_count": 0}]}, "any.0.min_count"),
        ({"none": [{"tag": "product_brand:x", "within_days": 36_501}]}, "none.0.within_days"),
        ({"all": ["product_brand:x"] * 51}, "all"),
        ({"all": "product_brand:x"}, "all"),
        ({"rule": 5}, "rule"),
    ],
)
async def test_a_rule_that_cannot_be_lets_nobody_in(gateway: Gateway, body: dict[str, Any], field: str) -> None:
    found = UserIds(total=0, user_ids=())
    reply = await admin(gateway, "POST", "/segments/preview", (SegmentUsers, found), json=body)
    assert (reply.status, reply.json["error"]["code"]) == (422, "INVALID_DATA")
    assert field in reply.json["error"]["details"]["fields"]
    assert gateway.bus.calls == []


async def test_segments_are_made_listed_replaced_and_deleted(gateway: Gateway) -> None:
    one = Segments(segments=(SEGMENT,))
    shown = {
        "id": "s1",
        "name": "Gaseosas",
        "rule": {
            "all": [{"tag": "product_l2:gaseosas", "min_count": 1, "within_days": None}],
            "any": [],
            "none": [],
        },
    }
    body = {"name": " Gaseosas ", "rule": {"all": ["product_l2:gaseosas"]}}
    assert (await admin(gateway, "POST", "/segments", (StoreSegment, one), json=body)).json["data"] == shown
    assert (await admin(gateway, "PUT", "/segments/s1", (StoreSegment, one), json=body)).json["data"] == shown
    assert gateway.bus.asked(StoreSegment) == [
        StoreSegment(name="Gaseosas", rule=SEGMENT.rule),
        StoreSegment(segment_id="s1", name="Gaseosas", rule=SEGMENT.rule),
    ]
    assert (await admin(gateway, "GET", "/segments", (ListSegments, one))).json["data"] == {"segments": [shown]}
    assert (await admin(gateway, "GET", "/segments/s1", (ListSegments, one))).json["data"] == shown
    assert gateway.bus.asked(ListSegments)[1].segment_id == "s1"
    assert (await admin(gateway, "DELETE", "/segments/s1", (DeleteSegment, one))).json["data"] == shown


@pytest.mark.parametrize("data", [b"{", b"\xff", b""])
async def test_a_body_that_is_no_json_is_told(gateway: Gateway, data: bytes) -> None:
    for path in ("/segments", "/segments/preview", "/catalog/brands"):
        reply = await admin(gateway, "POST", path, (ListSegments, None), data=data)
        assert (reply.status, reply.json["error"]["code"]) == (400, "INVALID_JSON")


async def test_catalogue_rows_are_imported_as_json_or_csv_and_bad_ones_named(gateway: Gateway) -> None:
    imported = CatalogImported(
        stored=1, new=1, replaced=0, bad_rows=(BadCatalogRow(number=2, key="X Y", reason="slug: no"),)
    )
    answer = (ImportCatalog, imported)
    rows: list[dict[str, Any]] = [{"slug": "zyx", "name": "Zyx"}, {"slug": "X Y"}]
    reply = await admin(gateway, "POST", "/catalog/brands", answer, json=rows)
    assert reply.json["data"] == {
        "stored": 1,
        "new": 1,
        "replaced": 0,
        "bad_rows": [{"number": 2, "key": "X Y", "reason": "slug: no"}],
    }
    text = "\ufeffslug,name\nzyx,Ñandú\n".encode()
    headers = {"Content-Type": "Text/CSV; charset=utf-8"}
    assert (await admin(gateway, "POST", "/catalog/brands", answer, data=text, headers=headers)).status == 200
    assert gateway.bus.asked(ImportCatalog) == [
        ImportCatalog(kind="brands", rows=tuple(rows)),
        ImportCatalog(kind="brands", csv="slug,name\nzyx,Ñandú\n"),
    ]
    reply = await admin(gateway, "POST", "/catalog/brands", answer, data=b"\xff\xfe", headers=headers)
    assert (reply.status, reply.json["error"]["code"]) == (400, "UNREADABLE_CSV")


async def test_rows_that_are_no_list_or_too_many_or_of_no_kind_are_refused(gateway: Gateway) -> None:
    answer = (ImportCatalog, CatalogImported(stored=0))
    reply = await admin(gateway, "POST", "/catalog/brands", answer, json={"slug": "x"})
    assert (reply.status, reply.json["error"]["code"]) == (422, "INVALID_DATA")
    reply = await admin(gateway, "POST", "/catalog/brands", answer, json=[{}] * 1001)
    assert (reply.status, reply.json["error"]["details"]["rows"]) == (413, 1001)
    reply = await admin(gateway, "POST", "/catalog/colours", answer, json=[])
    assert (reply.status, reply.json["error"]["code"]) == (404, "NOT_FOUND")
    assert gateway.bus.calls == []


async def test_the_catalogue_and_the_review_list_are_read(gateway: Gateway) -> None:
    rows = CatalogRows(rows=({"slug": "zyx"},), next_cursor="n")
    reply = await admin(gateway, "GET", "/catalog/brands?limit=1&cursor=c", (ReadCatalogRows, rows))
    assert reply.json["data"] == {"rows": [{"slug": "zyx"}], "next_cursor": "n"}
    assert gateway.bus.asked(ReadCatalogRows) == [ReadCatalogRows(kind="brands", limit=1, cursor="c")]
    names = UnresolvedNames(names=(UnresolvedName(name="ZYX", count=4, last_seen=date(2024, 12, 15)),))
    reply = await admin(gateway, "GET", "/unresolved?limit=9", (ListUnresolved, names))
    assert reply.json["data"] == {"names": [{"name": "ZYX", "count": 4, "last_seen": "2024-12-15"}]}
    assert gateway.bus.asked(ListUnresolved) == [ListUnresolved(limit=9)]
