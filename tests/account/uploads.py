"""Workers to upload, and what the account says of them."""

from typing import Any

FETCH = "export default { fetch() {} };"
ROOM = "export class Room {}\n" + FETCH
STRICT = {"bindings_inherit": "strict"}
SECRET = "planted-9f8e7d6c5b4a"
BINDING = {"type": "durable_object_namespace", "name": "ROOM", "class_name": "Room"}
FIRST = {"new_tag": "v1", "new_sqlite_classes": ["Room"]}


def failure(response: Any) -> tuple[int, int]:
    return response.status_code, response.json()["errors"][0]["code"]


def bindings(account: Any, name: str) -> dict[str, Any]:
    settings = account.ok("GET", f"{account.path}/workers/scripts/{name}/settings")
    return {binding["name"]: binding for binding in settings["bindings"]}
