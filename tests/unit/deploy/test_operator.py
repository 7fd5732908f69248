"""Where the operator's command looks for Lumis, and how it says things."""

import fcntl
import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from deploy.local.record import ROOT
from deploy.watch.metrics import metrics_text
from gateway.store import Stage
from lumis_operator import status
from lumis_operator.command import lumis
from lumis_operator.health import Instance, look_at
from lumis_operator.places import OperatorSettings, Places
from lumis_operator.problem import Exit, Problem
from lumis_operator.screen import age, plain
from lumis_operator.status import SERVICES, Standing, _largest
from lumis_operator.views import STATES

_RUN = {
    "pid": 1,
    "url": "http://127.0.0.1:8080",
    "mongodb_url": "mongodb://127.0.0.1:2/",
    "rabbitmq_url": "amqp://127.0.0.1:3/",
    "ops_ports": {"ledger": 4},
}


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OperatorSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a run that has ended."""
    made = tmp_path / ".lumis"
    made.mkdir()
    (made / "run.json").write_text(json.dumps(_RUN), encoding="utf-8")
    (made / "jwt_secret").write_text("s" * 64, encoding="utf-8")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    return made


@pytest.fixture
def living(folder: Path) -> Iterator[Path]:
    """The data folder of a living run."""
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


@pytest.mark.usefixtures("living")
def test_the_run_of_a_folder_above_is_found() -> None:
    found = Places.find(local=False)
    assert found.is_local
    assert (found.broker(), found.database(), found.gateway()) == (
        "amqp://127.0.0.1:3/",
        "mongodb://127.0.0.1:2/",
        "http://127.0.0.1:8080",
    )
    assert found.ops_urls == {"ledger": ("http://127.0.0.1:4",)}
    assert found.secret() == "s" * 64


def test_a_run_that_has_ended_is_not_found_but_its_secret_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUMIS_DATA", str(folder))
    found = Places.find(local=False)
    assert found.is_nowhere
    assert found.secret() == "s" * 64
    with pytest.raises(Problem, match="make up"):
        Places.find(local=True)


@pytest.mark.usefixtures("living")
def test_an_address_in_the_environment_keeps_two_platforms_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RABBITMQ_URL", "amqp://broker/")
    found = Places.find(local=False)
    assert found.broker() == "amqp://broker/"
    for ask in (found.database, found.gateway, found.secret):
        with pytest.raises(Problem, match="is not set") as raised:
            ask()
        assert raised.value.code is Exit.AWAY
    assert Places.find(local=True).broker() == "amqp://127.0.0.1:3/"


def test_several_processes_of_a_service_may_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPS_URLS", "ledger=http://a:1, ledger=http://b:1/,tagger=https://c")
    assert Places.find(local=False).ops_urls == {"ledger": ["http://a:1", "http://b:1"], "tagger": ["https://c"]}


@pytest.mark.parametrize("name", ["JWT_PUBLIC_KEY", "JWKS_URL"])
def test_no_token_is_made_where_others_hold_the_key(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "https://keys.example")
    monkeypatch.setenv("LUMIS_DATA", str(folder))
    with pytest.raises(Problem, match="its owner makes the tokens"):
        Places.find(local=False).secret()


def test_states_are_the_gateways() -> None:
    assert tuple(stage.name.lower() for stage in Stage) == STATES
    assert tuple(stage.value for stage in Stage) == tuple(range(len(STATES)))


def test_the_services_are_those_of_the_tables() -> None:
    assert SERVICES == ("gateway", "ledger", "ocr-engine", "reconciler", "sunat-emitter", "tagger")


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 s"), (59.9, "59 s"), (61, "1 min 1 s"), (7200, "2 h"), (90061, "1 d 1 h"), (None, "–")]
)
def test_an_age_is_told_in_its_two_largest_units(seconds: float | None, said: str) -> None:
    assert age(seconds) == said


def _instance(*, alive: bool = True, ready: bool = True, violations: float = 0) -> Instance:
    figures = {"lumis_ledger_violations": violations}
    return Instance("ledger", "http://h:1", is_alive=alive, is_ready=ready, figures=figures)


@pytest.mark.parametrize(
    ("instances", "unattended", "state", "is_well"),
    [
        ((_instance(), _instance()), 0, "ready", True),
        ((_instance(), _instance()), 1, "ready", False),
        ((_instance(), _instance(ready=False)), 0, "not ready", False),
        ((_instance(), _instance(alive=False, ready=False)), 0, "not ready", False),
        ((_instance(alive=False, ready=False),), 0, "away", False),
        ((), 0, "consuming", True),
        ((), 1, "absent", False),
    ],
)
def test_a_service_is_as_well_as_its_worst_process(
    instances: tuple[Instance, ...], unattended: int, state: str, is_well: bool
) -> None:
    standing = Standing("ledger", instances, 3, unattended)
    assert (standing.state, standing.is_well) == (state, is_well)


def test_of_processes_that_tell_different_figures_the_worst_counts() -> None:
    found = _largest([_instance(violations=2), _instance(violations=0)])
    assert found == {"lumis_ledger_violations": 2}


async def test_an_address_where_no_service_answers_is_away_whatever_it_is() -> None:
    urls = ["http://127.0.0.1:1", "http://host:port", "http://[x"]
    assert [each.is_alive for each in await look_at({"ledger": urls})] == [False] * 3


def test_the_figures_that_are_shown_are_those_of_the_services() -> None:
    read = [key for _, key in status.SUNAT]
    read += [status.OPEN_HOLDS, status.HELD_LUMIS, status.OLDEST_HOLD, status.VIOLATIONS, status.CHECKED]
    documented = metrics_text()
    for key in [*read, status.BREAKER]:
        assert f"`{key.partition('{')[0]}` | gauge" in documented


def _named_commands() -> Iterator[tuple[str, str]]:
    """Every command line `lumis …` of the runbooks, the alerts and the page on operating, with its file."""
    pages = [*ROOT.glob("docs/how-to/runbooks/*.md"), *ROOT.glob("deploy/prometheus/rules/*.yml")]
    for path in [*pages, ROOT / "docs" / "how-to" / "operate.md"]:
        for line in re.findall(r"(?:^|`|\$ )lumis ([a-z][^`\n#]*)", path.read_text(encoding="utf-8"), re.MULTILINE):
            yield path.name, line


def test_every_command_that_a_page_names_exists() -> None:
    named = list(_named_commands())
    assert len(named) > 20
    for page, line in named:
        words = line.split()
        command: click.Command = lumis
        while isinstance(command, click.Group) and words:
            found = command.commands.get(words.pop(0))
            assert found is not None, f"{page}: lumis {line}"
            command = found
        options = {name for option in command.params for name in option.opts}
        wrong = {word for word in words if word.startswith("--")} - options - {"--help"}
        assert not wrong, f"{page}: lumis {line}"


def test_what_a_terminal_would_obey_is_shown_as_a_question_mark() -> None:
    assert plain("\x1b[2Jñandú\r\n") == "?[2Jñandú?\n"
