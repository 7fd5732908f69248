"""Documents that are generated from the code: `python -m deploy.specs [--check]`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.environment import env_example, settings_table
from deploy.kubernetes import ROWS, Row, manifest
from deploy.watch.dashboards import DASHBOARDS
from deploy.watch.metrics import metrics_text
from deploy.watch.panels import Dashboard, dashboard_text
from gateway.app import API_VERSION
from gateway.asyncapi import asyncapi_text, event_schema_text
from gateway.openapi import openapi_text
from gateway.routes.families import FAMILIES
from shared.contracts.topology import EVENTS, EventRow

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Document:
    """A generated file of the tree."""

    path: str
    text: Callable[[], str]

    @property
    def is_current(self) -> bool:
        """Whether the file is what would be generated now."""
        file = ROOT / self.path
        return file.is_file() and file.read_text(encoding="utf-8") == self.text()

    def write(self) -> None:
        """Generate the file."""
        file = ROOT / self.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.text(), encoding="utf-8")


def _event_schema(row: EventRow) -> Document:
    return Document(f"docs/schemas/{row.event.NAME}.json", lambda: event_schema_text(row))


def _dashboard(row: Dashboard) -> Document:
    return Document(f"deploy/grafana/dashboards/{row.uid}.json", lambda: dashboard_text(row))


def _manifest(row: Row) -> Document:
    return Document(f"deploy/k8s/base/{row.name}.yaml", lambda: manifest(row))


DOCUMENTS = (
    Document("docs/openapi.json", lambda: openapi_text(FAMILIES, API_VERSION)),
    Document("docs/asyncapi.json", asyncapi_text),
    Document("docs/metrics.md", metrics_text),
    Document("docs/settings.md", settings_table),
    Document("deploy/.env.example", env_example),
    *(_manifest(row) for row in ROWS),
    *(_event_schema(row) for row in EVENTS),
    *(_dashboard(row) for row in DASHBOARDS),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write every document, or with `--check` name those that are stale; the exit status."""
    parser = argparse.ArgumentParser(prog="deploy.specs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail where a document is stale")
    check = parser.parse_args(arguments).check
    stale = [document for document in DOCUMENTS if not document.is_current]
    for document in stale:
        if not check:
            document.write()
        print(f"{document.path}: {'stale' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
