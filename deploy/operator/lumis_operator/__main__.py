"""`python -m lumis_operator` is the command `lumis`."""

from lumis_operator.command import main

if __name__ == "__main__":
    main()
