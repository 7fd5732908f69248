"""Starts the sunat-emitter."""

from shared.service import run
from sunat_emitter.app import SERVICE


def main() -> None:
    """Run until SIGTERM."""
    run(SERVICE)


if __name__ == "__main__":
    main()
