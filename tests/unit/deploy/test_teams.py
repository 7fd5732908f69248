"""What a team's definitions say, and what is not taken for a team."""

import base64
import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.rabbitmq.__main__ import main
from deploy.rabbitmq.teams import Team, definitions, password_hash
from shared.contracts.topology import EVENTS, FOLLOWERS, event_queue, follower_queue

NAMES = st.from_regex(r"[a-z][a-z0-9-]{1,30}", fullmatch=True)
PLATFORM = [
    *(event_queue(service, row.event) for row in EVENTS for service in row.receivers),
    *(follower_queue(service) for service in FOLLOWERS),
    "lumis.parked",
    "amq.default",
    "",
]


@pytest.mark.parametrize("name", ["", "x", "Bi", "1bi", "b i", "bi.", ".*", "bi|ledger", "a" * 32, "bí"])
def test_a_name_that_could_mean_more_than_a_team_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no team's name"):
        Team(name, None)


def test_an_event_that_there_is_not_is_named_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"no such event: invoice\.read\.v1\. There are: baja\.resolved\.v1"):
        Team("bi", ("invoice.read.v1",))
    with pytest.raises(ValueError, match="at least one"):
        Team("bi", ())


@pytest.mark.parametrize("arguments", [["bi"], ["bi", "user.tagged.v1", "--every-event"], ["bi", "nothing.v1"]])
def test_a_command_that_says_too_little_or_too_much_writes_nothing(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "password" not in capsys.readouterr().out


@given(NAMES, NAMES, st.text(min_size=1, max_size=20))
def test_rights_cover_a_teams_own_queues_and_nothing_of_others(name: str, other: str, rest: str) -> None:
    (rights,) = definitions([(Team(name, None), "secret")])["permissions"]
    own = f"team.{name}.{rest.replace(chr(10), '')}x"
    assert all(re.search(rights[kind], own) for kind in ("configure", "write", "read"))
    strangers = [*PLATFORM, "lumis.events", f"team.{name}", f"xteam.{name}.q", f"teamx{name}.q"]
    strangers += [f"team.{other}.q"] if other != name else []
    assert not [each for each in strangers if re.search(rights["write"], each) or re.search(rights["configure"], each)]
    assert [each for each in strangers if re.search(rights["read"], each)] == ["lumis.events"]


@given(st.text(max_size=40), st.binary(min_size=4, max_size=4))
def test_a_password_is_kept_as_rabbitmq_hashes_it(password: str, salt: bytes) -> None:
    kept = base64.b64decode(password_hash(password, salt))
    assert kept == salt + hashlib.sha256(salt + password.encode()).digest()
    assert password_hash(password) != password_hash(password)
