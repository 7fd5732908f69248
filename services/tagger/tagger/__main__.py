"""Starts the tagger, or one of its commands."""

from tagger.command import main

if __name__ == "__main__":
    main()
