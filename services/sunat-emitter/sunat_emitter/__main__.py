"""Starts the sunat-emitter, or one of its commands."""

from sunat_emitter.command import main

if __name__ == "__main__":
    main()
