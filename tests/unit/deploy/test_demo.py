"""The demonstration says the truth about what it leaves."""

from pathlib import Path

from deploy.local.demo import _remove


def test_data_that_could_not_be_removed_are_told(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    assert _remove(data) == []
    assert not data.exists()
    (told,) = _remove(data)
    assert str(data) in told
