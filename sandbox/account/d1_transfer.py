"""D1 databases as a whole: gone back in time, written out as SQL, read in from a file of SQL.

Cloudflare works through an export or an import in the background and is asked again until it is done. Here both are done at
once, so the first answer is the last; asking again gives the same one.
"""

from datetime import UTC, datetime

from sandbox.account import d1, d1_engine, d1_history, fields, signed
from sandbox.account.envelope import Failure, Json
from sandbox.account.fields import Field, flag, listed, one_of, shaped, text
from sandbox.account.request import Call
from sandbox.account.router import Endpoint

TRANSFER = "d1_transfer"
"""Scope: the database. Id: bookmark. What was answered when it was done."""

INVALID = Failure(400, 7400, "Invalid property: {reason}")
TOO_OLD = Failure(400, 7400, "The timestamp {timestamp} is older than the history of this database.")
NO_HISTORY = Failure(400, 7500, "There is no history available for the bookmark {bookmark!r}.")
NOT_RUNNING = Failure(400, 7500, "There is no {what} of this database at the bookmark {bookmark!r}.")
NOT_UPLOADED = Failure(400, 7400, "The file {filename!r} has not been uploaded, or not with the etag {etag!r}.")

EXPORT = {
    "output_format": Field(one_of("polling"), required=True),
    "current_bookmark": Field(text()),
    "dump_options": Field(
        shaped(no_data=Field(flag, default=False), no_schema=Field(flag, default=False), tables=Field(listed(text()))),
        default={"no_data": False, "no_schema": False},
    ),
}
ETAG = Field(text(r"[0-9a-f]{32}"), required=True)
IMPORT = {
    "init": {"action": Field(text()), "etag": ETAG},
    "ingest": {"action": Field(text()), "etag": ETAG, "filename": Field(text(), required=True)},
    "poll": {"action": Field(text()), "current_bookmark": Field(text(), required=True)},
}


def get_bookmark(call: Call) -> Json:
    """That of now, or of a `timestamp`."""
    database = d1.database_of(call)["uuid"]
    state = _state(call, database) if "timestamp" in call.query else d1_history.current(call.files, database)
    return {"bookmark": state.bookmark}


def restore(call: Call) -> Json:
    """To a `bookmark` or a `timestamp`."""
    database = d1.database_of(call)["uuid"]
    state = _state(call, database)
    before = d1_history.current(call.files, database)
    after = d1_history.restore(call.files, database, state)
    message = f"The database has been restored to the state it had at {state.since.isoformat()}."
    return {"bookmark": after.bookmark, "previous_bookmark": before.bookmark, "message": message}


def export(call: Call) -> Json:
    database = d1.database_of(call)
    said = fields.read(call.object(INVALID), EXPORT, INVALID)
    if said.get("current_bookmark"):
        return _known(call, database["uuid"], "export", said["current_bookmark"])
    options = said["dump_options"]
    try:
        sql = d1_engine.dump(
            call.files,
            database["uuid"],
            schema=not options["no_schema"],
            data=not options["no_data"],
            tables=options.get("tables"),
        )
    except d1_engine.SqlError as problem:
        raise d1.SQL_ERROR.error(reason=str(problem)) from None
    bookmark = d1_history.current(call.files, database["uuid"]).bookmark
    filename = f"{database['uuid']}-{bookmark}.sql"
    url = signed.offer(call, sql.encode(), filename)
    return _done(call, database["uuid"], "export", bookmark, {"filename": filename, "signed_url": url})


def import_(call: Call) -> Json:
    """`init` gives an address for the file, `ingest` reads it in, `poll` asks whether it is done."""
    body = call.object(INVALID)
    action = body.get("action")
    if action not in IMPORT:
        raise INVALID.error(reason=f"action: one of {', '.join(IMPORT)} is expected")
    said = fields.read(body, IMPORT[action], INVALID)
    return {"init": _begin, "ingest": _ingest, "poll": _poll}[action](call, d1.database_of(call), said)


def _begin(call: Call, database: Json, said: Json) -> Json:
    filename = f"{database['uuid']}-{said['etag']}.sql"
    url = signed.accept(call, filename, {"database": database["uuid"]})
    return {"success": True, "type": "import", "upload_url": url, "filename": filename}


def _ingest(call: Call, database: Json, said: Json) -> Json:
    content = signed.received(call, said["filename"])
    mine = content is not None and content.document["about"] == {"database": database["uuid"]}
    if content is None or not mine or content.document["etag"] != said["etag"]:
        raise NOT_UPLOADED.error(filename=said["filename"], etag=said["etag"])
    signed.discard(call, content.key)
    started = d1_history.current(call.files, database["uuid"]).bookmark
    try:
        results = d1_engine.run(call.files, database["uuid"], [(content.data.decode(errors="replace"), [])])
    except d1_engine.SqlError as problem:
        raise d1.SQL_ERROR.error(reason=str(problem)) from None
    meta = {
        **(results[-1].meta if results else {}),
        "changes": sum(result.meta["changes"] for result in results),
        "changed_db": any(result.meta["changed_db"] for result in results),
        "duration": sum(result.meta["duration"] for result in results),
    }
    final = d1_history.current(call.files, database["uuid"]).bookmark
    outcome = {"final_bookmark": final, "num_queries": len(results), "meta": meta}
    return _done(call, database["uuid"], "import", started, outcome)


def _poll(call: Call, database: Json, said: Json) -> Json:
    return _known(call, database["uuid"], "import", said["current_bookmark"])


def _done(call: Call, database: str, what: str, bookmark: str, result: Json) -> Json:
    answer = {
        "success": True,
        "type": what,
        "status": "complete",
        "at_bookmark": bookmark,
        "messages": [],
        "result": result,
    }
    call.store.put(TRANSFER, database, f"{what}/{bookmark}", answer)
    return answer


def _known(call: Call, database: str, what: str, bookmark: str) -> Json:
    answer = call.store.get(TRANSFER, database, f"{what}/{bookmark}")
    if answer is None:
        raise NOT_RUNNING.error(what=what, bookmark=bookmark)
    return answer


def _state(call: Call, database: str) -> d1_history.State:
    bookmark, timestamp = call.query.get("bookmark"), call.query.get("timestamp")
    if (bookmark is None) == (timestamp is None):
        raise INVALID.error(reason="either bookmark or timestamp is expected")
    if bookmark is not None:
        state, missing = d1_history.named(call.files, database, bookmark), NO_HISTORY
    else:
        state, missing = d1_history.at(call.files, database, _moment(str(timestamp))), TOO_OLD
    if state is None:
        raise missing.error(bookmark=bookmark, timestamp=timestamp)
    return state


def _moment(timestamp: str) -> datetime:
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError:
        raise INVALID.error(reason=f"timestamp: {timestamp!r} is not a time as in RFC 3339") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_DATABASE = "/accounts/{account_id}/d1/database/{database_id}"

ENDPOINTS = (
    Endpoint("GET", f"{_DATABASE}/time_travel/bookmark", get_bookmark),
    Endpoint("POST", f"{_DATABASE}/time_travel/restore", restore),
    Endpoint("POST", f"{_DATABASE}/export", export),
    Endpoint("POST", f"{_DATABASE}/import", import_),
)
