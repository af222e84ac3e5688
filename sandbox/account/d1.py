"""D1 databases: what they are. What is in them: d1_engine; what was in them: d1_history."""

import re
import uuid

from sandbox.account import d1_engine, d1_history
from sandbox.account.envelope import Failure, Json
from sandbox.account.paging import Numbered
from sandbox.account.request import Call
from sandbox.account.router import Endpoint

DATABASE = "d1_database"
NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}")
REGIONS = frozenset({"wnam", "enam", "weur", "eeur", "apac", "oc"})
JURISDICTIONS = frozenset({"eu", "fedramp", "us"})
REPLICATION_MODES = frozenset({"auto", "disabled"})

NOT_FOUND = Failure(404, 7404, "The database could not be found")
EXISTS = Failure(400, 7502, "Database with name '{name}' already exists")
INVALID = Failure(400, 7400, "Invalid property: {name} => {reason}")
SQL_ERROR = Failure(400, 7500, "{reason}")


def create(call: Call) -> Json:
    body = call.object()
    name = str(body.get("name") or "")
    if not NAME.fullmatch(name):
        raise INVALID.error(
            name="name", reason="Must be letters, digits, `_` and `-`, at most 63, a letter or digit first"
        )
    jurisdiction, region = body.get("jurisdiction"), body.get("primary_location_hint")
    if jurisdiction and region:
        raise INVALID.error(name="primary_location_hint", reason="Cannot be combined with jurisdiction")
    if jurisdiction is not None and jurisdiction not in JURISDICTIONS:
        raise INVALID.error(
            name="jurisdiction", reason=f"Expected one of {sorted(JURISDICTIONS)}, received {jurisdiction!r}"
        )
    if region is not None and region not in REGIONS:
        raise INVALID.error(
            name="primary_location_hint", reason=f"Expected one of {sorted(REGIONS)}, received {region!r}"
        )
    if call.store.named(DATABASE, call.account, name):
        raise EXISTS.error(name=name)
    database = {
        "uuid": str(uuid.uuid4()),
        "name": name,
        "version": "production",
        "created_at": call.now,
        "running_in_region": (region or "wnam").upper(),
        "read_replication": _replication(body) if "read_replication" in body else {"mode": "disabled"},
        **({"jurisdiction": jurisdiction} if jurisdiction else {}),
    }
    call.store.put(DATABASE, call.account, database["uuid"], database, name=name)
    d1_history.current(call.files, database["uuid"])
    return _shown(call, database)


def list_(call: Call) -> list[Json]:
    wanted = call.query.get("name")
    return [_shown(call, d) for d in call.store.all(DATABASE, call.account) if wanted in (None, "", d["name"])]


def get(call: Call) -> Json:
    return _shown(call, database_of(call))


def replace(call: Call) -> Json:
    """PUT: `read_replication` must be there, and nothing else can be changed."""
    database = database_of(call) | {"read_replication": _replication(call.object())}
    call.store.put(DATABASE, call.account, database["uuid"], database, name=database["name"])
    return _shown(call, database)


def edit(call: Call) -> Json:
    return replace(call) if "read_replication" in call.object() else get(call)


def delete(call: Call) -> Json | None:
    database = database_of(call)
    call.store.delete(DATABASE, call.account, database["uuid"])
    d1_history.destroy(call.files, database["uuid"])
    return None


def query(call: Call) -> list[Json]:
    return [
        {"results": [dict(zip(r.columns, row, strict=True)) for row in r.rows], "success": True, "meta": r.meta}
        for r in _run(call)
    ]


def raw(call: Call) -> list[Json]:
    """The same with rows as lists, so that two columns of one name both arrive."""
    return [{"results": {"columns": r.columns, "rows": r.rows}, "success": True, "meta": r.meta} for r in _run(call)]


def _run(call: Call) -> list[d1_engine.Result]:
    database, body = database_of(call), call.object()
    batch = body.get("batch", [body])
    if not isinstance(batch, list):
        raise INVALID.error(name="batch", reason="Expected array")
    for entry in batch:
        if not isinstance(entry, dict) or not isinstance(entry.get("sql"), str):
            raise INVALID.error(name="sql", reason="Expected string")
        if not isinstance(entry.get("params") or [], list):
            raise INVALID.error(name="params", reason="Expected array")
    try:
        return d1_engine.run(call.files, database["uuid"], [(e["sql"], e.get("params") or []) for e in batch])
    except d1_engine.SqlError as problem:
        raise SQL_ERROR.error(reason=str(problem)) from None


def database_of(call: Call) -> Json:
    """The database that the path names."""
    database = call.store.get(DATABASE, call.account, call.parameters["database_id"])
    if database is None:
        raise NOT_FOUND.error()
    return database


def _replication(body: Json) -> Json:
    replication = body.get("read_replication")
    if not isinstance(replication, dict):
        received = "null" if replication is None else type(replication).__name__
        raise INVALID.error(name="read_replication", reason=f"Expected object, received {received}")
    if replication.get("mode") not in REPLICATION_MODES:
        mode = replication.get("mode")
        raise INVALID.error(name="read_replication.mode", reason=f"Expected 'auto' | 'disabled', received {mode!r}")
    return {"mode": replication["mode"]}


def _shown(call: Call, database: Json) -> Json:
    return database | d1_engine.measure(call.files, database["uuid"])


_DATABASES = "/accounts/{account_id}/d1/database"
_DATABASE = f"{_DATABASES}/{{database_id}}"

ENDPOINTS = (
    Endpoint("GET", _DATABASES, list_, Numbered(size=100)),
    Endpoint("POST", _DATABASES, create),
    Endpoint("GET", _DATABASE, get),
    Endpoint("PUT", _DATABASE, replace),
    Endpoint("PATCH", _DATABASE, edit),
    Endpoint("DELETE", _DATABASE, delete),
    Endpoint("POST", f"{_DATABASE}/query", query),
    Endpoint("POST", f"{_DATABASE}/raw", raw),
)
