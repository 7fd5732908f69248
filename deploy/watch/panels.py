"""Grafana's dashboards as JSON, made of rows: a dashboard is a list of panels, a panel a list of queries."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

DATASOURCE = "lumis-prometheus"
"""The uid that `deploy/grafana/provisioning/datasources` gives to Prometheus."""
_COLUMNS = 24
_SCHEMA = 38
"""The dashboard model of Grafana 10; later ones read it."""


@dataclass(frozen=True)
class Query:
    """A PromQL expression and how its lines are called (`{{label}}` stands for a label's value)."""

    expression: str
    legend: str = ""


@dataclass(frozen=True)
class Panel:
    """A drawing of some queries."""

    title: str
    queries: tuple[Query, ...]
    unit: str = "short"
    """Grafana's name of the unit: `s`, `bytes`, `percentunit`, `reqps`, `currencyUSD`, …."""
    kind: Literal["timeseries", "stat"] = "timeseries"
    about: str = ""
    """What it says, where the title does not."""
    stacked: bool = False
    red_above: float | None = None
    """Values above it are shown in red."""
    empty_while: str = ""
    """Why it may rightly show nothing; empty where it always shows something once documents were read."""

    @property
    def size(self) -> tuple[int, int]:
        """Columns of 24, and rows."""
        return (4, 4) if self.kind == "stat" else (12, 8)


@dataclass(frozen=True)
class Dashboard:
    """A page of Grafana."""

    uid: str
    title: str
    about: str
    panels: tuple[Panel, ...]


def series(title: str, *queries: tuple[str, str], unit: str = "short", **more: Any) -> Panel:
    """A drawing over time of expressions with their legends."""
    return Panel(title, tuple(Query(*query) for query in queries), unit, **more)


def figure(title: str, expression: str, unit: str = "short", **more: Any) -> Panel:
    """One figure, as it is now."""
    return Panel(title, (Query(expression, title),), unit, "stat", **more)


def or_zero(expression: str) -> str:
    """The expression, or 0 where it finds nothing: of what never happened there is no series."""
    return f"{expression} or on () vector(0)"


def rate(metric: str, by: str = "", **labels: str) -> str:
    """A counter's growth in a second, added up by these labels; a label's value is a regular expression."""
    wanted = ", ".join(f'{name}=~"{value}"' for name, value in labels.items())
    grouped = f"sum by ({by})" if by else "sum"
    return f"{grouped} (rate({metric}{{{wanted}}}[$__rate_interval]))"


def quantile(which: float, metric: str, by: str = "", **labels: str) -> str:
    """A quantile of a histogram, by these labels."""
    return f"histogram_quantile({which}, {rate(f'{metric}_bucket', f'le, {by}' if by else 'le', **labels)})"


def mean(metric: str, by: str = "", **labels: str) -> str:
    """The mean of a histogram, by these labels."""
    return share(rate(f"{metric}_sum", by, **labels), rate(f"{metric}_count", by, **labels))


def share(part: str, whole: str) -> str:
    """A part by its whole."""
    return f"{part} / {whole}"


def dashboard_text(dashboard: Dashboard) -> str:
    """The dashboard as Grafana reads it from a file."""
    document = {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.about,
        "tags": ["lumis"],
        "schemaVersion": _SCHEMA,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "timezone": "browser",
        "annotations": {"list": []},
        "templating": {"list": []},
        "links": [
            {
                "type": "dashboards",
                "title": "Lumis",
                "tags": ["lumis"],
                "asDropdown": True,
                "includeVars": False,
                "keepTime": True,
            }
        ],
        "panels": list(_placed(dashboard.panels)),
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _placed(panels: Sequence[Panel]) -> Iterator[dict[str, Any]]:
    """The panels side by side, line after line."""
    x = y = line = 0
    for number, panel in enumerate(panels, start=1):
        width, height = panel.size
        if x + width > _COLUMNS or (x and height != line):
            x, y = 0, y + line
        line = height
        yield {**_drawn(panel), "id": number, "gridPos": {"x": x, "y": y, "w": width, "h": height}}
        x += width


def _drawn(panel: Panel) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": DATASOURCE}
    targets = [
        {"refId": chr(ord("A") + index), "datasource": source, "expr": query.expression, "legendFormat": query.legend}
        for index, query in enumerate(panel.queries)
    ]
    about = panel.about + (f" May be empty: {panel.empty_while}." if panel.empty_while else "")
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": about.strip(),
        "datasource": source,
        "targets": targets,
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _options(panel),
    }


def _defaults(panel: Panel) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.red_above is not None:
        steps.append({"color": "red", "value": panel.red_above})
    custom = {"fillOpacity": 10, "showPoints": "never", "stacking": {"mode": "normal" if panel.stacked else "none"}}
    return {
        "unit": panel.unit,
        "min": 0,
        "thresholds": {"mode": "absolute", "steps": steps},
        **({"custom": custom} if panel.kind == "timeseries" else {}),
    }


def _options(panel: Panel) -> dict[str, Any]:
    if panel.kind == "stat":
        return {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "background", "graphMode": "area"}
    return {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}}
