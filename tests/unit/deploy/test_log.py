"""The one log of many programs."""

import io
import os

from deploy.local.log import Log, wants_colour


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class _Closed(io.StringIO):
    def write(self, _text: str) -> int:
        raise BrokenPipeError


def test_each_line_stands_behind_its_programs_name() -> None:
    out = io.StringIO()
    log = Log(out)
    log.line("ledger", "one", 33)
    log.line("sunat-emitter", "two", 31)
    assert out.getvalue() == "ledger        │ one\nsunat-emitter │ two\n"


def test_a_terminal_gets_the_programs_colour_on_the_name_alone() -> None:
    out = _Terminal()
    Log(out, colour=True).line("ledger", "one", 33)
    assert out.getvalue() == "\x1b[33mledger        │\x1b[0m one\n"


def test_no_colour_where_it_is_no_terminal_or_not_wanted() -> None:
    assert wants_colour(_Terminal(), {})
    assert not wants_colour(_Terminal(), {"NO_COLOR": "1"})
    assert not wants_colour(io.StringIO(), {})


def test_a_programs_output_is_followed_to_its_end_and_its_last_lines_are_kept() -> None:
    reading, writing = os.pipe()
    log = Log(io.StringIO())
    with os.fdopen(reading, "rb") as pipe:
        log.follow("ledger", pipe, 33)
        with os.fdopen(writing, "wb") as program:
            program.write(b"".join(b"line %d\n" % number for number in range(100)) + b"\xff last")
        log.finish()
    assert log.last_lines("ledger")[-2:] == ["line 99", "\ufffd last"]
    assert len(log.last_lines("ledger")) == 30


def test_the_runner_learns_that_nobody_reads_its_output() -> None:
    told: list[bool] = []
    log = Log(_Closed())
    log.on_closed = lambda: told.append(True)
    log.line("ledger", "one", 33)
    assert told == [True]
    assert log.quiet
