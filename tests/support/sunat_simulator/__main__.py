"""Runs the simulator by itself: `python -m tests.support.sunat_simulator --port 9400`."""

import argparse
import logging

from aiohttp import web

from tests.support.sunat_simulator.server import Simulator


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description="A stand-in for SUNAT. Nothing that it accepts is a tax document.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    web.run_app(
        Simulator().app(),
        host=given.host,
        port=given.port,
        access_log=None,
        shutdown_timeout=0.5,
        print=lambda *_: print(f"SIMULADOR de SUNAT en http://{given.host}:{given.port}", flush=True),
    )


if __name__ == "__main__":
    main()
