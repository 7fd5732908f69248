"""The planner of capacity: it is never too small for what was measured, and its page shows what it says."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.capacity import BUSY, LEAST, PEAK, Cost, plan, read, table

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "plan-capacity.md"
COST = Cost(
    way="a model",
    uploads=100,
    cpu_ms={"mongod": 6, "gateway": 18, "ocr-engine": 3},
    resting_ms={"mongod": 10, "gateway": 5, "ocr-engine": 5},
    memory_mib={"mongod": 200, "gateway": 80, "ocr-engine": 60},
    paper_bytes=1000,
    events=6,
    event_bytes=7000,
    kept_bytes=1 << 14,
    written_bytes=1 << 16,
    database_bytes=50_000,
    load_average=1,
)


@given(st.floats(0, 1e7), st.floats(1, 10))
def test_more_uploads_never_need_less(per_hour: float, times: float) -> None:
    less, more = plan(COST, per_hour), plan(COST, per_hour * times)
    assert more.processors >= less.processors
    assert more.memory_mib >= less.memory_mib
    assert all(more.processes[name] >= count >= LEAST for name, count in less.processes.items())


@given(st.floats(0, 1e7))
def test_no_process_is_planned_busier_than_may_be_in_the_busiest_seconds(per_hour: float) -> None:
    count = plan(COST, per_hour).processes["gateway"]
    assert per_hour / 3600 * PEAK * 0.018 <= count * BUSY * 1.000001


def test_a_plan_by_hand() -> None:
    found = plan(COST, 300_000)  # 250/s in the busiest seconds
    assert found.processes == {"gateway": 8, "ocr-engine": 2}
    assert round(found.processors, 3) == round(250 * 0.027 / 0.6 + (10 + 8 * 5 + 2 * 5) / 1000 / 0.6, 3)
    assert found.memory_mib == 200 + 8 * 80 + 2 * 60
    assert found.events_per_second == 1500
    assert round(found.kept_gib) == round(300_000 * 24 * 90 / (1 << 16))


def test_the_page_shows_the_table_of_the_last_figures() -> None:
    figures = read()
    page = PAGE.read_text(encoding="utf-8")
    assert table(figures.costs, (10, 1000, 100_000)) in page
    assert figures.command in page
