"""Runs the gateway."""

from gateway.app import SERVICE
from shared.service import run


def main() -> None:
    """The command `gateway`."""
    run(SERVICE)


if __name__ == "__main__":
    main()
