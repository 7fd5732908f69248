"""The envelope is CloudEvents 1.0 and rejects what does not fit."""

import json

import pytest

from shared.bus.envelope import decode, encode, event_id
from shared.contracts.documents import DocumentAbandoned
from shared.errors import Rejected

EVENT = DocumentAbandoned(request_id="r1", origin="gateway-1", user_id="u1")


def test_the_envelope_has_every_attribute_that_cloudevents_demands() -> None:
    raw = json.loads(encode(EVENT, "id-1", "gateway"))
    assert {
        "specversion": "1.0",
        "id": "id-1",
        "source": "gateway",
        "type": "document.abandoned.v1",
        "requestid": "r1",
    }.items() <= raw.items()
    assert raw["data"] == {"request_id": "r1", "origin": "gateway-1", "user_id": "u1", "schema_name": None}
    assert raw["time"].endswith("Z")


def test_what_was_encoded_is_decoded() -> None:
    delivery = decode(encode(EVENT, "id-1", "gateway"))
    assert (delivery.event, delivery.id, delivery.origin, delivery.time.tzname()) == (EVENT, "id-1", "gateway-1", "UTC")


def test_a_newer_optional_field_is_ignored() -> None:
    raw = json.loads(encode(EVENT, "id-1", "gateway"))
    raw["data"]["later"] = {"a": 1}
    assert decode(json.dumps(raw).encode()).event == EVENT


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'{"id": 1}', b"\xff", b'{"data": {"origin": "o"}, "type": "x"}']
)
def test_what_is_no_envelope_is_rejected(body: bytes) -> None:
    with pytest.raises(Rejected):
        decode(body)


def test_an_event_that_does_not_fit_is_rejected_without_its_values_and_no_event_to_a_follower() -> None:
    raw = json.loads(encode(EVENT, "id-1", "gateway"))
    raw["data"]["user_id"] = ["private"]
    body = json.dumps(raw).encode()
    with pytest.raises(Rejected, match="user_id") as rejection:
        decode(body).require_event()
    assert "private" not in str(rejection.value)
    assert decode(body).event is None


def test_the_same_cause_gives_the_same_id_and_another_cause_name_or_position_another() -> None:
    ids = [event_id("c", "n"), event_id("d", "n"), event_id("c", "m"), event_id("c", "n", 1)]
    assert len(set(ids)) == 4
    assert event_id("c", "n") == ids[0]
