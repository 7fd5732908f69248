"""Runs the ocr-engine: the service, or with arguments one command of it."""

import sys


def main() -> None:
    """The console script `ocr-engine`: the service; with arguments a command that needs no server."""
    # Imported where needed: a command starts without the service's libraries, and the service without the command's.
    if len(sys.argv) > 1:
        from ocr_engine.command import run as run_command  # noqa: PLC0415

        sys.exit(run_command(sys.argv[1:]))
    from ocr_engine.app import SERVICE  # noqa: PLC0415
    from shared.service import run  # noqa: PLC0415

    run(SERVICE)


if __name__ == "__main__":
    main()
