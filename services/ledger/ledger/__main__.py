"""`ledger` runs the service, `ledger check` checks the invariants over live data."""

import sys

from ledger import check
from ledger.app import SERVICE
from shared.service import run


def main() -> None:
    """Run the service, or the command that was named.

    Raises:
        SystemExit: with the command's status; 2 for a command that does not exist.
    """
    match sys.argv[1:]:
        case []:
            run(SERVICE)
        case ["check"]:
            raise SystemExit(check.main())
        case _:
            sys.stderr.write("usage: ledger [check]\n")
            raise SystemExit(2)


if __name__ == "__main__":
    main()
