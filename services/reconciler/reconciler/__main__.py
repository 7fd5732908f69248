"""`reconciler` runs the service, `reconciler check` reconciles documents from a file."""

import sys

from reconciler import command
from reconciler.app import SERVICE
from shared.service import run


def main() -> None:
    """Run the service, or the command that was named.

    Raises:
        SystemExit: with the command's status; 2 for a command that does not exist.
    """
    match sys.argv[1:]:
        case []:
            run(SERVICE)
        case ["check", *arguments]:
            raise SystemExit(command.main(arguments))
        case _:
            sys.stderr.write("usage: reconciler [check FILE.json]\n")
            raise SystemExit(2)


if __name__ == "__main__":
    main()
