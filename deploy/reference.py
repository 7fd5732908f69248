"""The reference as HTML files that need no network: `python -m deploy.reference [FOLDER]` (build/reference)."""

import json
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from gateway.app import API_VERSION
from gateway.asyncapi import asyncapi_text
from gateway.openapi import openapi_text
from gateway.reference import events_page, http_page
from gateway.routes.families import FAMILIES

ROOT = Path(__file__).resolve().parent.parent


def pages() -> dict[str, str]:
    """The text of each file by its name, its style inside."""
    style = f"<style>\n{files('gateway').joinpath('page', 'docs.css').read_text(encoding='utf-8')}</style>"
    return {
        "events.html": events_page(json.loads(asyncapi_text()), style),
        "http.html": http_page(json.loads(openapi_text(FAMILIES, API_VERSION)), style),
    }


def main(arguments: Sequence[str]) -> int:
    """Write the pages; the exit status."""
    folder = Path(arguments[0]) if arguments else ROOT / "build" / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
        print(folder / name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
