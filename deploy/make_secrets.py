"""Makes the secrets that deploy/compose.yaml mounts, where they are missing: `python3 deploy/make_secrets.py`.

Needs Python alone. What is there is kept: SUNAT_SEAL_KEY opens what the database holds, so it is backed up and never
made anew. What may be left out begins empty, which counts as not there: keys of model providers, the password at the
mail server, earlier seal keys.
"""

import base64
import secrets
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "secrets"
_USER = "lumis"


def make(folder: Path) -> list[str]:
    """Write what is missing; the names of the files that are new."""
    folder.mkdir(mode=0o700, exist_ok=True)
    broker, database = (_kept(folder / name, _password()) for name in ("rabbitmq_password", "mongodb_password"))
    wanted = {
        "rabbitmq_password": broker,
        "rabbitmq.conf": f"default_user = {_USER}\ndefault_pass = {broker}\ndisk_free_limit.absolute = 2GB\n",
        "rabbitmq_url": f"amqp://{_USER}:{broker}@rabbitmq/",
        "mongodb_password": database,
        "mongodb_url": f"mongodb://{_USER}:{database}@mongodb/?replicaSet=lumis&authSource=admin",
        "mongodb_key": base64.b64encode(secrets.token_bytes(512)).decode(),
        "jwt_secret": _password(),
        "file_link_key": _password(),
        "sunat_seal_key": base64.b64encode(secrets.token_bytes(32)).decode(),
        "sunat_old_seal_keys": "",
        "smtp_password": "",
        "gemini_api_key": "",
        "openrouter_api_key": "",
        "grafana_password": _password(),
    }
    return [name for name, value in wanted.items() if _written(folder / name, value)]


def _password() -> str:
    """Letters and digits alone, which no address, command line or file of settings reads as anything else."""
    return secrets.token_hex(32)


def _kept(path: Path, value: str) -> str:
    return path.read_text(encoding="utf-8").strip() if path.exists() else value


def _written(path: Path, value: str) -> bool:
    """Readable by every user inside a container; the folder lets nobody else of this machine in."""
    if path.exists():
        return False
    path.write_text(value, encoding="utf-8")
    path.chmod(0o644)
    return True


if __name__ == "__main__":
    new = make(FOLDER)
    sys.stdout.write(f"{FOLDER}: {', '.join(new) or 'nothing was missing'}\n")
