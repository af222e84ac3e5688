"""What differs between runs, machines and engines for no reason that matters, taken out of a record. See README.md."""

from __future__ import annotations

import json
import re
from typing import Any, Callable

SIG = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
VOLATILE = {"created", "modified", "sourcePosition", "stackTrace", "duration"}


class Normaliser:
    """Takes what differs between runs and machines out of a record. One per case: it numbers UUIDs through all steps."""

    def __init__(self, places: dict[str, str]) -> None:
        self.places = places
        self.known: dict[str, str] = {}

    def clean(self, value: Any) -> Any:
        # Identifiers are numbered in the order of the state first, so that a reference and its target agree.
        for text in (json.dumps(value.get("state", {})), json.dumps(value)):
            for found in UUID.findall(text):
                if found != UNKNOWN:
                    self.known.setdefault(found, f"<uuid-{len(self.known) + 1}>")
        return self.walk(value)

    def walk(self, value: Any) -> Any:
        if isinstance(value, dict):
            if value.get(SIG) == SECRET:
                if "ciphertext" in value and value["ciphertext"] != "[secret]":
                    return {**value, "ciphertext": "<ciphertext>"}
                return value
            # The SDK sends dependencies in the order of a set, which differs from run to run.
            if isinstance(value.get("dependencies"), list):
                value["dependencies"] = sorted(value["dependencies"], key=str)
            for key, item in (value.get("propertyDependencies") or {}).items():
                value["propertyDependencies"][key] = sorted(item or [], key=str) if isinstance(item, list) else item
            return {
                key: "<dynamic provider>" if key == "__provider" and not isinstance(item, list)
                else "<salt>" if key == "salt" else {} if key == "manifest" else self.walk(item)
                for key, item in value.items() if key not in VOLATILE
            }
        if isinstance(value, list):
            return [self.walk(item) for item in value]
        return self.text(value) if isinstance(value, str) else value

    def text(self, value: str) -> str:
        if value.startswith("v1:") and value.count(":") >= 2:
            return "<ciphertext>"
        value = UUID.sub(lambda found: self.known.get(found.group(0), found.group(0)), value)
        value = traceback_collapsed(value)
        for place, marker in self.places.items():
            value = value.replace(place, marker)
        value = re.sub(r"\b(127\.0\.0\.1|localhost):\d+", "<address>", value)
        value = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)", "<time>", value)
        value = re.sub(r"\bpid \d+", "pid <pid>", value)
        return value


class Order:
    """Members of one group may come in any order: the places that they hold are filled in alphabetical order.

    A member is the name of a resource, or an op and a name (`delete-replaced a`), or `@all`.
    """

    def __init__(self, groups: list[list[str]]) -> None:
        self.groups = [set(group) for group in groups]

    def sort(self, items: list[Any], identify: Callable[[Any], tuple[str, str]]) -> list[Any]:
        items = list(items)
        for group in self.groups:
            def member(item: Any) -> bool:
                op, name = identify(item)
                return "@all" in group or name in group or f"{op} {name}" in group

            places = [place for place, item in enumerate(items) if member(item)]
            members = sorted((items[place] for place in places), key=lambda item: identify(item)[1])
            for place, item in zip(places, members):
                items[place] = item
        return items

    def steps(self, steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return self.sort(steps, lambda step: (step["op"], step["urn"].rpartition("::")[2]))

    def calls(self, calls: list[str]) -> list[str]:
        return self.sort(calls, lambda call: (call.split()[0], call.split()[1]))

    def state(self, deployment: dict[str, Any]) -> dict[str, Any]:
        if "resources" in deployment:
            resources = deployment["resources"]
            deployment["resources"] = self.sort(resources, lambda item: ("", item["urn"].rpartition("::")[2]))
        return deployment


def traceback_collapsed(text: str) -> str:
    """Keeps the first and the last line of a Python traceback."""
    lines, kept, inside = text.split("\n"), [], False
    for line in lines:
        if line.strip().endswith("Traceback (most recent call last):"):
            kept.append(line)
            kept.append("  <frames>")
            inside = True
        elif inside and (line.startswith(" ") or not line.strip()):
            continue
        else:
            inside = False
            kept.append(line)
    return "\n".join(kept)


def unveil(value: Any) -> Any:
    """A secret of an export with --show-secrets becomes {"secret": value}."""
    if isinstance(value, dict):
        if value.get(SIG) == SECRET:
            return {"secret": json.loads(value["plaintext"])}
        return {key: unveil(item) for key, item in value.items()}
    return [unveil(item) for item in value] if isinstance(value, list) else value
