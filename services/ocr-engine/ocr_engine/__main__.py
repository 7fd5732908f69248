"""Runs the ocr-engine."""

from ocr_engine.app import SERVICE
from shared.service import run


def main() -> None:
    """The console script `ocr-engine`."""
    run(SERVICE)


if __name__ == "__main__":
    main()
