"""The breaker: when a provider is left alone, and when it is tried again."""

from ocr_engine.breaker import Breaker, State


class HandClock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def breaker(clock: HandClock) -> Breaker:
    return Breaker(failures=3, rest=30, clock=clock)


def state_of(subject: Breaker) -> State:
    return subject.state


def test_it_opens_after_failures_in_a_row() -> None:
    subject = breaker(HandClock())
    for _ in range(2):
        assert subject.enter()
        subject.failed()
    assert state_of(subject) is State.CLOSED
    subject.failed()
    assert state_of(subject) is State.OPEN
    assert not subject.enter()
    assert subject.refusal == "breaker_open"


def test_a_success_between_failures_starts_the_count_again() -> None:
    subject = breaker(HandClock())
    for step in (subject.failed, subject.failed, subject.succeeded, subject.failed, subject.failed):
        step()
    assert state_of(subject) is State.CLOSED


def test_after_its_rest_one_probe_goes_through() -> None:
    clock = HandClock()
    subject = breaker(clock)
    subject.failed(rest=37)
    clock.now += 36.9
    assert not subject.enter()
    clock.now += 0.1
    assert state_of(subject) is State.HALF_OPEN
    assert subject.enter()
    assert not subject.enter()
    subject.succeeded()
    assert state_of(subject) is State.CLOSED
    assert subject.enter()


def test_a_failed_probe_opens_it_again_at_once() -> None:
    clock = HandClock()
    subject = breaker(clock)
    subject.failed(rest=5)
    clock.now += 5
    assert subject.enter()
    subject.failed()
    assert state_of(subject) is State.OPEN
    clock.now += 29.9
    assert state_of(subject) is State.OPEN
    clock.now += 0.1
    assert state_of(subject) is State.HALF_OPEN


def test_a_probe_that_told_nothing_gives_its_place_to_the_next() -> None:
    clock = HandClock()
    subject = breaker(clock)
    subject.failed(rest=5)
    clock.now += 5
    assert subject.enter()
    subject.leave()
    assert subject.enter()


def test_a_late_success_does_not_end_a_rest_that_was_asked_for() -> None:
    clock = HandClock()
    subject = breaker(clock)
    assert subject.enter()
    assert subject.enter()
    subject.failed(rest=37)
    subject.succeeded()
    assert state_of(subject) is State.OPEN


def test_a_shorter_rest_does_not_cut_a_longer_one() -> None:
    clock = HandClock()
    subject = breaker(clock)
    subject.failed(rest=3600)
    subject.failed(rest=1)
    clock.now += 100
    assert state_of(subject) is State.OPEN


def test_off_stays_off() -> None:
    clock = HandClock()
    subject = breaker(clock)
    subject.switch_off("key refused")
    clock.now += 10**6
    subject.succeeded()
    assert (subject.state, subject.refusal, subject.off_reason) == (State.OFF, "off", "key refused")
    assert not subject.enter()
