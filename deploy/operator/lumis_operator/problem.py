"""What may go wrong with a command, as the exit codes that scripts see and words that say what to do."""

from enum import IntEnum


class Exit(IntEnum):
    """The command's exit codes."""

    DONE = 0
    WRONG = 1
    """It looked and found something wrong: a service that is not ready, a ledger out of balance."""
    USAGE = 2
    """The command or a setting is not right."""
    AWAY = 3
    """A part that the command needs cannot be reached, or Lumis does not run."""
    NOT_FOUND = 4
    """There is no such request or message."""
    REFUSED = 5
    """A service, or the gateway, says no."""
    INTERRUPTED = 130


class Problem(Exception):
    """The command ends here; the message says why and what to do."""

    def __init__(self, code: Exit, message: str) -> None:
        super().__init__(message)
        self.code = code
