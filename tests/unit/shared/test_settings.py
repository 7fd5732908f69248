"""A missing or wrong setting stops the start and is named."""

from pathlib import Path

import pytest

from shared.settings import ServiceSettings, load_settings


@pytest.fixture(autouse=True)
def _good_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RABBITMQ_URL", "amqp://localhost/")
    monkeypatch.setenv("MONGODB_URL", "mongodb://localhost/")
    monkeypatch.setenv("OPS_PORT", "9100")


def test_settings_come_from_the_environment() -> None:
    assert load_settings(ServiceSettings, "ledger").ops_port == 9100


@pytest.mark.parametrize(
    ("variable", "value"),
    [("RABBITMQ_URL", "http://no"), ("MONGODB_URL", "s3cret"), ("OPS_PORT", "70000"), ("LOG_LEVEL", "LOUD")],
)
def test_a_wrong_value_is_named_but_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SystemExit) as stop:
        load_settings(ServiceSettings, "ledger")
    message = capsys.readouterr().err
    assert stop.value.code == 2
    assert message.startswith(f"ledger: {variable}: ")
    assert value not in message


def test_every_missing_value_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("MONGODB_URL")
    monkeypatch.setenv("RABBITMQ_URL", "")
    with pytest.raises(SystemExit):
        load_settings(ServiceSettings, "ledger")
    message = capsys.readouterr().err
    assert "ledger: MONGODB_URL: Field required" in message
    assert "ledger: RABBITMQ_URL: Field required" in message


def test_a_secret_may_come_from_a_file_of_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("RABBITMQ_URL")
    monkeypatch.setenv("SECRETS_FOLDER", str(tmp_path))
    (tmp_path / "rabbitmq_url").write_text("amqps://lumis:s3cret@broker/\n")
    assert load_settings(ServiceSettings, "ledger").rabbitmq_url == "amqps://lumis:s3cret@broker/"


def test_the_environment_goes_before_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRETS_FOLDER", str(tmp_path))
    (tmp_path / "ops_port").write_text("9200")
    assert load_settings(ServiceSettings, "ledger").ops_port == 9100


def test_a_wrong_file_is_named_but_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.delenv("MONGODB_URL")
    monkeypatch.setenv("SECRETS_FOLDER", str(tmp_path))
    (tmp_path / "mongodb_url").write_text("s3cret")
    with pytest.raises(SystemExit):
        load_settings(ServiceSettings, "ledger")
    message = capsys.readouterr().err
    assert message.startswith("ledger: MONGODB_URL: ")
    assert "s3cret" not in message


def test_an_empty_file_counts_as_not_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRETS_FOLDER", str(tmp_path))
    (tmp_path / "otel_exporter_otlp_endpoint").write_text("\n")
    assert load_settings(ServiceSettings, "ledger").otel_exporter_otlp_endpoint is None
