"""What commands send: to Cloudflare's API, to the Worker, into stores."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from headworks.lint_runbook.rule import Defect, Place, Rule, Severity
from headworks.lint_runbook.runbook import Runbook, Step

DATA_FLAGS = ("-d", "--data", "--data-raw", "--data-binary", "--json")
HEADER_FLAGS = ("-H", "--header")
EXPANSION = re.compile(r"\$\((?:[^()]|\([^()]*\))*\)|\$\{[^}]*\}|\$\w+|`[^`]*`")
IDENTITY = re.compile(
    r"x-(?:auth(?:enticated)?-)?(?:user|account|tenant|org|organization|customer|role)(?:-(?:id|email|name))?",
    re.IGNORECASE,
)
CREDENTIAL = re.compile(r"authorization|cookie|x-api-key|api-key|cf-access-.*|.*signature.*", re.IGNORECASE)
SECRET_NAME = re.compile(r"\$\{?\w*(?:TOKEN|SECRET|PASSWORD|API_?KEY|CREDENTIAL)", re.IGNORECASE)
SECRET_SHAPE = re.compile(r"\b(?:sk|pk|rk)[-_](?:live|test)[-_]\w|\beyJ[\w-]{8,}|\bgh[pousr]_\w|\bxox[abp]-\w")


@dataclass(frozen=True)
class Body:
    """What a path of Cloudflare's API takes."""

    path: re.Pattern[str]
    fields: dict[str, str]
    """Field that does not exist → the one that does."""
    works: str


API = "https://api.cloudflare.com/client/v4"
BODIES = (
    Body(
        re.compile(r"/workers/dispatch/namespaces/[^/]+/?$"),
        {"trusted": "trusted_workers", "trusted_mode": "trusted_workers", "trust": "trusted_workers"},
        "-X PATCH and -d '{\"trusted_workers\": true}', and then GET it to see that it holds",
    ),
    Body(
        re.compile(r"/queues/[^/]+/consumers"),
        {
            "max_batch_size": "settings.batch_size",
            "max_batch_timeout": "settings.max_wait_time_ms",
            "max_retries": "settings.max_retries",
        },
        "the settings of a consumer stand in `settings`, and times are milliseconds",
    ),
    Body(
        re.compile(r"/scripts/[^/]+/secrets/?$"),
        {"value": "text", "secret": "text", "key": "name"},
        '-X PUT and a body with `name`, `text` and `"type": "secret_text"`, from a file and not from the command line',
    ),
    Body(
        re.compile(r"/storage/kv/namespaces/?$"),
        {"name": "title"},
        '-d \'{"title": "NAME"}\'',
    ),
    Body(
        re.compile(r"/queues/?$"),
        {"name": "queue_name"},
        '-d \'{"queue_name": "NAME"}\'',
    ),
    Body(
        re.compile(r"/purge_cache/?$"),
        {"purge_all": "purge_everything", "everything": "purge_everything", "urls": "files"},
        "-d '{\"purge_everything\": true}'",
    ),
)


def unknown_fields(runbook: Runbook) -> Iterator[Defect]:
    for step in _requests(runbook):
        url = next((text for text in step.command.texts if text.startswith(API)), "").partition("?")[0]
        body = next((body for body in BODIES if body.path.search(url)), None)
        for data, place in _data(step) if body else ():
            sent = _read(data)
            for field in body.fields if body and isinstance(sent, dict) else ():
                if isinstance(sent, dict) and field in sent and body:
                    yield Defect(
                        place, f"the API has no field `{field}` here; it is `{body.fields[field]}`.", body.works
                    )


def bodies_that_do_not_parse(runbook: Runbook) -> Iterator[Defect]:
    for step in _requests(runbook):
        for data, place in _data(step):
            if data.lstrip().startswith(("{", "[")) and (problem := _problem(data)):
                yield Defect(
                    place,
                    f"the body is no JSON: {problem}.",
                    "single quotes around the body, double quotes in it, no comma at the end",
                )


def _requests(runbook: Runbook) -> Iterator[Step]:
    return (step for step in runbook.steps if step.command.name == "curl")


def _data(step: Step) -> Iterator[tuple[str, Place]]:
    words = step.command.words
    for flag, word in pairwise(words):
        if flag.text in DATA_FLAGS and not word.text.startswith("@"):
            yield word.text, step.place_of(word)


def _read(data: str) -> object:
    try:
        return json.loads(_without_expansions(data))
    except (ValueError, RecursionError):
        return None


def _problem(data: str) -> str:
    try:
        json.loads(_without_expansions(data))
    except ValueError as error:
        return str(error).partition(": line")[0]
    except RecursionError:
        return "it is nested too deeply"
    return ""


def _without_expansions(data: str) -> str:
    """With a value in the place of what the shell puts in: a number stands where any value may, in a string, too."""
    return EXPANSION.sub("0", data)


def identity_by_header(runbook: Runbook) -> Iterator[Defect]:
    for step in _requests(runbook):
        words = step.command.words
        headers = [
            (word.text.partition(":")[0].strip(), word) for flag, word in pairwise(words) if flag.text in HEADER_FLAGS
        ]
        if any(CREDENTIAL.fullmatch(name) for name, _ in headers):
            continue
        for name, word in headers:
            if IDENTITY.fullmatch(name):
                yield Defect(
                    step.place_of(word),
                    f"who calls is said by `{name}` alone, which any caller can write.",
                    '-H "Authorization: Bearer $TOKEN", from which the Worker takes the user',
                )


def secrets_in_names(runbook: Runbook) -> Iterator[Defect]:
    for step, call in runbook.wrangler_steps:
        if call.command == "kv key put" and call.arguments:
            key = call.arguments[0]
            if SECRET_NAME.search(key.text) or SECRET_SHAPE.search(key.text):
                yield Defect(
                    step.place_of(key),
                    "the key holds a secret, and names of keys are no secrets.",
                    'the SHA-256 of the token in the key: "auth:$(printf %s "$TOKEN" | sha256sum | cut -d" " -f1)"',
                )


RULES = (
    Rule(
        "api-unknown-field",
        "Bodies for Cloudflare's API have the fields that it knows",
        "The API refuses the request, or answers with success and changes nothing.",
        check=unknown_fields,
        requirements=("D2",),
    ),
    Rule(
        "body-does-not-parse",
        "JSON bodies are JSON",
        "The server answers 400, or takes the body for something else.",
        check=bodies_that_do_not_parse,
        requirements=("D24",),
    ),
    Rule(
        "identity-by-header",
        "Callers prove who they are",
        "Whoever knows the name of the header acts as any user.",
        check=identity_by_header,
        severity=Severity.WARNING,
        requirements=("R63",),
    ),
    Rule(
        "secret-in-key",
        "Keys of a store hold no secrets",
        "Everybody who may list the keys, or reads a log, has the token.",
        check=secrets_in_names,
        requirements=("T28",),
    ),
)
