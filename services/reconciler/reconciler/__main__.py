"""Runs the reconciler."""

from reconciler.app import SERVICE
from shared.service import run


def main() -> None:
    """The console script `reconciler`."""
    run(SERVICE)


if __name__ == "__main__":
    main()
