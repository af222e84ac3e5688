"""What makes a Worker run without a zone: workers.dev, and schedules."""

import re

from sandbox.account.envelope import Failure, Json
from sandbox.account.request import Call
from sandbox.account.router import Endpoint
from sandbox.account.workers import records

SUBDOMAIN = "subdomain"
SUBDOMAIN_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
CRON_FIELD = re.compile(
    r"(\*|[\da-z]+(-[\da-z]+)?)(/\d+)?(,(\*|[\da-z]+(-[\da-z]+)?)(/\d+)?)*|\d*[LW]|[\da-z]+(#\d|L)", re.IGNORECASE
)
MOST_SCHEDULES = 250

BAD_SUBDOMAIN = Failure(400, 10031, "Subdomain {name!r} is not valid: a label of lower-case letters, digits and `-`.")
SUBDOMAIN_TAKEN = Failure(409, 10032, "Subdomain {name!r} is taken.")
BAD_CRON = Failure(
    400, 10100, "Invalid cron expression {cron!r}: five fields - minute, hour, day of month, month, day of week."
)
BAD_SCHEDULES = Failure(400, 10026, "The body must be a list of at most 250 objects with `cron`.")


def get_script_subdomain(call: Call) -> Json:
    subdomain: Json = records.script_of(call)["subdomain"]
    return subdomain


def set_script_subdomain(call: Call) -> Json:
    """Overwrites; `previews_enabled` follows `enabled` where it is not said."""
    body = call.object()
    enabled = bool(body.get("enabled"))
    return _save_subdomain(call, enabled, bool(body.get("previews_enabled", enabled)))


def delete_script_subdomain(call: Call) -> Json:
    return _save_subdomain(call, False, False)


def _save_subdomain(call: Call, enabled: bool, previews: bool) -> Json:
    script = records.script_of(call) | {"subdomain": {"enabled": enabled, "previews_enabled": previews}}
    records.save(call, script)
    return get_script_subdomain(call)


def get_subdomain(call: Call) -> Json:
    """Every account has one from the start: there is no dashboard to choose it in."""
    found = call.store.get(SUBDOMAIN, "", call.account)
    return {"subdomain": found["name"] if found else f"sandbox-{call.account[:8]}"}


def put_subdomain(call: Call) -> Json:
    name = str(call.object().get("subdomain") or "")
    if not SUBDOMAIN_NAME.fullmatch(name):
        raise BAD_SUBDOMAIN.error(name=name)
    owner = call.store.named(SUBDOMAIN, "", name)
    if owner and owner["account"] != call.account:
        raise SUBDOMAIN_TAKEN.error(name=name)
    call.store.put(SUBDOMAIN, "", call.account, {"name": name, "account": call.account}, name=name)
    return {"subdomain": name}


def get_schedules(call: Call) -> Json:
    return {"schedules": records.script_of(call)["schedules"]}


def put_schedules(call: Call) -> Json:
    """The body is the complete set."""
    script, wanted = records.script_of(call), call.json()
    if (
        not isinstance(wanted, list)
        or len(wanted) > MOST_SCHEDULES
        or not all(isinstance(w, dict) and w.get("cron") for w in wanted)
    ):
        raise BAD_SCHEDULES.error()
    created = {schedule["cron"]: schedule["created_on"] for schedule in script["schedules"]}
    schedules = {}
    for entry in wanted:
        cron = " ".join(str(entry["cron"]).split())
        fields = cron.split(" ")
        if len(fields) != 5 or not all(CRON_FIELD.fullmatch(field) for field in fields):
            raise BAD_CRON.error(cron=cron)
        schedules[cron] = {"cron": cron, "created_on": created.get(cron, call.now), "modified_on": call.now}
    records.save(call, script | {"schedules": list(schedules.values())})
    return {"schedules": list(schedules.values())}


_WORKERS = "/accounts/{account_id}/workers"
_SCRIPT = f"{_WORKERS}/scripts/{{script_name}}"

ENDPOINTS = (
    Endpoint("GET", f"{_SCRIPT}/subdomain", get_script_subdomain),
    Endpoint("POST", f"{_SCRIPT}/subdomain", set_script_subdomain),
    Endpoint("DELETE", f"{_SCRIPT}/subdomain", delete_script_subdomain),
    Endpoint("GET", f"{_SCRIPT}/schedules", get_schedules),
    Endpoint("PUT", f"{_SCRIPT}/schedules", put_schedules),
    Endpoint("GET", f"{_WORKERS}/subdomain", get_subdomain),
    Endpoint("PUT", f"{_WORKERS}/subdomain", put_subdomain),
)
