"""Dispatch namespaces: Workers of a platform's users, each found by name through the binding of a dispatcher.

A script in a namespace is a script as any other, with another home: what an upload, settings, secrets and content do is the
same code. Only what needs an address of its own - versions, schedules, routes, workers.dev - does not exist there.
"""

from collections.abc import Iterable
from typing import Any

from sandbox.account import fields, identity
from sandbox.account.envelope import Failure, Json
from sandbox.account.fields import Field, flag, listed, text
from sandbox.account.request import Call, dispatch_home
from sandbox.account.router import Endpoint, Handler
from sandbox.account.storage import Store
from sandbox.account.workers import records, scripts, secrets

NAMESPACE = "dispatch_namespace"
NAME = r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}"
MOST_TAGS = 8
LONGEST_TAG = 1024

TAGS = listed(text(r"[^,&]+", most=LONGEST_TAG), most=MOST_TAGS)
CREATED = {"name": Field(text(NAME), required=True)}
CHANGED = {"name": Field(text(NAME)), "trusted_workers": Field(flag)}

NOT_FOUND = Failure(404, 100119, "Dispatch namespace '{name}' not found.")
EXISTS = Failure(409, 100120, "A dispatch namespace with the name '{name}' already exists.")
BAD_BODY = Failure(400, 10026, "Could not parse the request body: {reason}")
BAD_FILTER = Failure(400, 10026, "tags must be a list like `tag:yes,other:no`, not {given!r}.")
FIXED_NAME = Failure(400, 10026, "A dispatch namespace keeps its name {name!r}; bindings refer to it by name.")
NO_TAG = Failure(404, 10026, "This Worker has no tag {tag!r}.")


def create(call: Call) -> Json:
    name = fields.read(call.object(BAD_BODY), CREATED, BAD_BODY)["name"]
    if call.store.named(NAMESPACE, call.account, name):
        raise EXISTS.error(name=name)
    user = identity.get_user(call)["id"]
    namespace = {
        "namespace_id": records.new_uuid(),
        "namespace_name": name,
        "created_by": user,
        "created_on": call.now,
        "modified_by": user,
        "modified_on": call.now,
        "trusted_workers": False,
    }
    call.store.put(NAMESPACE, call.account, namespace["namespace_id"], namespace, name=name)
    return _shown(call.store, call.account, namespace)


def list_(call: Call) -> list[Json]:
    return [_shown(call.store, call.account, n) for n in call.store.all(NAMESPACE, call.account)]


def get(call: Call) -> Json:
    return _shown(call.store, call.account, _namespace(call))


def change(call: Call) -> Json:
    """PUT and PATCH alike: what is not said stays."""
    namespace, wanted = _namespace(call), fields.read(call.object(BAD_BODY), CHANGED, BAD_BODY)
    if wanted.pop("name", namespace["namespace_name"]) != namespace["namespace_name"]:
        raise FIXED_NAME.error(name=namespace["namespace_name"])
    namespace |= wanted | {"modified_by": identity.get_user(call)["id"], "modified_on": call.now}
    call.store.put(NAMESPACE, call.account, namespace["namespace_id"], namespace, name=namespace["namespace_name"])
    return _shown(call.store, call.account, namespace)


def delete(call: Call) -> None:
    """Takes its scripts along."""
    namespace = _namespace(call)
    for script in call.store.all(records.SCRIPT, call.home):
        records.remove(call.store, call.home, script["name"])
    call.store.delete(NAMESPACE, call.account, namespace["namespace_id"])


def list_scripts(call: Call) -> list[Json]:
    """`tags=a:yes,b:no`: those with the tag a and without b."""
    wanted = [_tag_filter(part) for part in filter(None, call.query.get("tags", "").split(","))]
    return [
        _script_shown(call, script)
        for script in call.store.all(records.SCRIPT, call.home)
        if all((tag in script["tags"]) is present for tag, present in wanted)
    ]


def get_script(call: Call) -> Json:
    return _script_shown(call, records.script_of(call))


def delete_script(call: Call) -> None:
    records.remove(call.store, call.home, records.script_of(call)["name"])


def list_bindings(call: Call) -> list[Json]:
    bindings: list[Json] = scripts.get_settings(call)["bindings"]
    return bindings


def list_tags(call: Call) -> list[str]:
    tags: list[str] = records.script_of(call)["tags"]
    return tags


def put_tags(call: Call) -> list[str]:
    return _save_tags(call, call.json(BAD_BODY))


def put_tag(call: Call) -> None:
    tags = list_tags(call)
    if call.parameters["tag"] not in tags:
        _save_tags(call, [*tags, call.parameters["tag"]])


def delete_tag(call: Call) -> None:
    tags, tag = list_tags(call), call.parameters["tag"]
    if tag not in tags:
        raise NO_TAG.error(tag=tag)
    _save_tags(call, [other for other in tags if other != tag])


def _save_tags(call: Call, wanted: Any) -> list[str]:
    script = records.script_of(call)
    said = fields.read({"tags": wanted}, {"tags": Field(TAGS, required=True)}, BAD_BODY)
    script["tags"] = list(dict.fromkeys(said["tags"]))
    records.save(call, script)
    return list_tags(call)


def _tag_filter(part: str) -> tuple[str, bool]:
    tag, _, answer = part.rpartition(":")
    if not tag or answer not in ("yes", "no"):
        raise BAD_FILTER.error(given=part)
    return tag, answer == "yes"


def _namespace(call: Call) -> Json:
    name = call.parameters["dispatch_namespace"]
    namespace = call.store.named(NAMESPACE, call.account, name)
    if namespace is None:
        raise NOT_FOUND.error(name=name)
    return namespace


def _shown(store: Store, account: str, namespace: Json) -> Json:
    home = dispatch_home(account, namespace["namespace_name"])
    return namespace | {"script_count": len(store.all(records.SCRIPT, home))}


def _script_shown(call: Call, script: Json) -> Json:
    return {
        "script": scripts.shown(call, script),
        "dispatch_namespace": call.parameters["dispatch_namespace"],
        "created_on": script["created_on"],
        "modified_on": script["modified_on"],
    }


def _inside(handler: Handler) -> Handler:
    """The handler for a Worker of a namespace, once that is known to exist."""

    def handle(call: Call) -> Any:
        _namespace(call)
        return handler(call)

    return handle


_NAMESPACES = "/accounts/{account_id}/workers/dispatch/namespaces"
_NAMESPACE = f"{_NAMESPACES}/{{dispatch_namespace}}"
_SCRIPT = f"{_NAMESPACE}/scripts/{{script_name}}"

_OF_SCRIPTS: Iterable[tuple[str, str, Handler]] = (
    ("GET", f"{_NAMESPACE}/scripts", list_scripts),
    ("GET", _SCRIPT, get_script),
    ("PUT", _SCRIPT, scripts.put),
    ("DELETE", _SCRIPT, delete_script),
    ("GET", f"{_SCRIPT}/content", scripts.content),
    ("PUT", f"{_SCRIPT}/content", scripts.put_content),
    ("GET", f"{_SCRIPT}/settings", scripts.get_settings),
    ("PATCH", f"{_SCRIPT}/settings", scripts.patch_settings),
    ("GET", f"{_SCRIPT}/bindings", list_bindings),
    ("GET", f"{_SCRIPT}/secrets", secrets.list_),
    ("PUT", f"{_SCRIPT}/secrets", secrets.put),
    ("GET", f"{_SCRIPT}/secrets/{{secret_name}}", secrets.get),
    ("DELETE", f"{_SCRIPT}/secrets/{{secret_name}}", secrets.delete),
    ("GET", f"{_SCRIPT}/tags", list_tags),
    ("PUT", f"{_SCRIPT}/tags", put_tags),
    ("PUT", f"{_SCRIPT}/tags/{{tag}}", put_tag),
    ("DELETE", f"{_SCRIPT}/tags/{{tag}}", delete_tag),
)

ENDPOINTS = (
    Endpoint("GET", _NAMESPACES, list_),
    Endpoint("POST", _NAMESPACES, create),
    Endpoint("GET", _NAMESPACE, get),
    Endpoint("PUT", _NAMESPACE, change),
    Endpoint("PATCH", _NAMESPACE, change),
    Endpoint("DELETE", _NAMESPACE, delete),
    *(Endpoint(method, path, _inside(handler)) for method, path, handler in _OF_SCRIPTS),
)
