"""The roles of the database's user in a cluster, by a real server: services may run, and a backup may return."""

from pathlib import Path
from typing import Any

import yaml
from pymongo import MongoClient

SHIPPED = Path(__file__).parents[2] / "deploy" / "k8s" / "servers" / "mongodb.yaml"
ANY_COLLECTION = {"db": "", "collection": ""}
NEEDED = {
    "find", "insert", "update", "remove", "createCollection", "dropCollection", "createIndex", "listCollections",
    "bypassDocumentValidation",  # a restore writes documents as they were
}  # fmt: skip


def test_the_clusters_database_user_may_do_what_services_and_restore_ask_for(mongodb_url: str) -> None:
    (user,) = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))["spec"]["users"]
    roles = [{"role": each["name"], "db": each["db"]} for each in user["roles"]]
    with MongoClient[dict[str, Any]](mongodb_url) as client:
        told = client["admin"].command({"rolesInfo": roles, "showPrivileges": True})["roles"]
    assert len(told) == len(roles)
    granted = {
        action
        for role in told
        for privilege in role["inheritedPrivileges"]
        if privilege["resource"] == ANY_COLLECTION
        for action in privilege["actions"]
    }
    assert granted >= NEEDED
