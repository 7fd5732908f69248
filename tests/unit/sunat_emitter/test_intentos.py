"""Work on many files at once: who fails stops nobody else and is told by name, without whose it is."""

from structlog.testing import capture_logs

from shared.errors import Unavailable
from sunat_emitter.intentos import each_of

NAMES = ["10456789120-03-B001-150", "10456789120-03-B001-151", "10456789120-03-B001-152"]


async def test_the_first_that_fails_is_logged_by_its_number_and_error_and_the_rest_are_done() -> None:
    done = []

    async def work(name: str) -> None:
        if name != NAMES[0]:
            raise Unavailable(f"no {name[-3:]}")
        done.append(name)

    with capture_logs() as logs:
        assert await each_of(NAMES, work, at_once=2) == 1
    assert done == NAMES[:1]
    (line,) = logs
    assert (line["failed"], line["first"], str(line["exc_info"])) == (2, "03-B001-151", "no 151")
    assert "10456789120" not in str(line)
