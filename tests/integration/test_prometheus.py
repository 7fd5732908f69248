"""What Prometheus is given: sound rules, alerts that fire when they should and lead somewhere, metrics that exist."""

import importlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.local.prometheus import SOURCE, prometheus_program
from deploy.local.record import ROOT
from deploy.local.servers import ServerMissing
from deploy.watch.dashboards import DASHBOARDS, UPLOADS
from deploy.watch.metrics import Metric, metrics
from deploy.watch.panels import dashboard_text
from gateway.extract import protocol
from gateway.routes.families import FAMILIES
from ocr_engine.prices import LIST_PRICES
from ocr_engine.settings import OcrEngineSettings

_yaml: Any = importlib.import_module("yaml")  # it comes without types
RULES, TESTS = sorted(SOURCE.glob("rules/*.yml")), sorted(SOURCE.glob("tests/*.yml"))
RUNBOOKS = ROOT / "docs" / "how-to" / "runbooks"
UNITS = ("seconds", "bytes", "timestamp_seconds")


def rules() -> Iterator[dict[str, Any]]:
    for path in RULES:
        for group in _yaml.safe_load(path.read_text())["groups"]:
            yield from group["rules"]


ALERTS = [rule for rule in rules() if "alert" in rule]


def promtool(*arguments: str | Path) -> str:
    try:
        program = prometheus_program("promtool")
    except ServerMissing as missing:
        pytest.skip(str(missing))
    command = [program, *arguments]
    done = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - promtool
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_prometheus_takes_the_configuration_and_every_rule() -> None:
    assert "SUCCESS" in promtool("check", "config", "prometheus.yml")


def test_every_alert_fires_and_stays_quiet_as_its_tests_say() -> None:
    assert promtool("test", "rules", *TESTS).count("SUCCESS") == len(TESTS)


def test_every_alert_has_a_test_in_which_it_fires_and_one_look_at_which_it_does_not() -> None:
    fires, quiet = set(), set()
    for path in TESTS:
        looks = [look for case in _yaml.safe_load(path.read_text())["tests"] for look in case["promql_expr_test"]]
        names = [set(re.findall(r'alertname="(\w+)"', str(look.get("exp_samples", "")))) for look in looks]
        own = {rule["alert"] for rule in ALERTS if rule in list(_of(path.name))}
        fires |= set().union(*names)
        quiet |= {name for name in own if any(name not in each for each in names)}
    assert fires == quiet == {rule["alert"] for rule in ALERTS}


def _of(name: str) -> Iterator[dict[str, Any]]:
    for group in _yaml.safe_load((SOURCE / "rules" / name).read_text())["groups"]:
        yield from group["rules"]


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_says_how_bad_it_is_and_leads_to_a_page_of_its_own(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in {"critical", "warning"}
    said = alert["annotations"]
    assert said["summary"]
    assert len(said["description"].split()) > 15
    name = re.sub(r"(?<!^)([A-Z])", r"-\1", alert["alert"]).lower()
    assert said["runbook"] == f"docs/how-to/runbooks/{name}.md"
    page = (ROOT / said["runbook"]).read_text(encoding="utf-8")
    assert page.startswith(f"# {alert['alert']}\n")
    headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert headings == ["What it means", "Look", "Do", "Over when"]


def test_every_runbook_belongs_to_an_alert() -> None:
    assert {f"docs/how-to/runbooks/{path.name}" for path in RUNBOOKS.glob("*.md")} == {
        alert["annotations"]["runbook"] for alert in ALERTS
    }


def test_the_how_to_lists_every_alert_with_its_severity() -> None:
    page = (RUNBOOKS.parent / "watch-lumis.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| \[(\w+)\]\((.+?)\) \| (\w+) \|", page, re.MULTILINE))
    assert listed == {
        (alert["alert"], alert["annotations"]["runbook"].removeprefix("docs/how-to/"), alert["labels"]["severity"])
        for alert in ALERTS
    }


def test_rules_and_dashboards_ask_only_for_metrics_that_there_are() -> None:
    known = {sample for metric in metrics() for sample in metric.samples}
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    asked = [*(rule["expr"] for rule in rules()), *map(dashboard_text, DASHBOARDS)]
    used = set(re.findall(r"\blumis_[a-z0-9_]+", "\n".join(asked)))
    assert used - known == set()
    assert set(re.findall(r"\blumis:[a-z0-9_:]+", "\n".join(asked))) - recorded == set()


def test_the_error_budget_is_of_routes_that_there_are() -> None:
    paths = [route.path for family in FAMILIES for route in family.routes]
    for alternative in ("/api/v4/invoices/upload-ocr(-retry)?", "/api/ocr-structured(-v4)?"):
        assert alternative in UPLOADS
        assert [path for path in paths if re.fullmatch(alternative, path)], alternative
    budgets = [rule for rule in _of("uploads.yml") if "record" in rule]
    assert all(UPLOADS in rule["expr"] for rule in budgets if rule["labels"] == {"api": "uploads"})


def test_the_error_budget_of_the_extract_api_counts_its_own_trouble_alone() -> None:
    asked = [rule["expr"] for rule in _of("uploads.yml") if rule.get("labels") == {"api": "extract"}]
    patterns = {pattern for expression in asked for pattern in re.findall(r'status=~"([^"]+)"', expression)}
    statuses = [value for value in vars(protocol).values() if isinstance(value, protocol.Status)]
    counted = {pattern: {each for each in statuses if re.fullmatch(pattern, each.metric)} for pattern in patterns}
    spent = {protocol.INTERNAL, protocol.MAINTENANCE}
    assert sorted(counted.values(), key=len) == [spent, {protocol.SUCCESS, *spent}]


def test_the_models_that_are_asked_unless_told_otherwise_have_a_price() -> None:
    for name in ("gemini_model", "openrouter_model"):
        assert OcrEngineSettings.model_fields[name].default in LIST_PRICES


@pytest.mark.parametrize("metric", metrics(), ids=lambda metric: metric.name)
def test_a_metric_follows_prometheus_conventions_and_says_what_it_tells(metric: Metric) -> None:
    assert re.fullmatch(r"lumis(_[a-z0-9]+)+", metric.name)
    assert len(metric.help.split()) >= 4
    assert not metric.help.endswith(".")
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    if metric.kind == "histogram":
        assert metric.name.endswith(UNITS)
    assert not re.search(r"_(ms|millis|milliseconds|minutes|hours|days|kb|mb)(_|$)", metric.name)
    assert set(metric.labels).isdisjoint({"job", "instance", "service", "le", "quantile"})


def test_no_two_services_give_one_name_to_two_metrics() -> None:
    names = [metric.name for metric in metrics()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda dashboard: dashboard.uid)
def test_a_dashboards_panels_have_names_of_their_own_and_do_not_cover_each_other(dashboard: Any) -> None:
    panels = _yaml.safe_load(dashboard_text(dashboard))["panels"]
    assert len({panel["title"] for panel in panels}) == len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
