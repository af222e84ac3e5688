"""WorkersScript beyond its row: the upload form, the three reads, and what Check and planning say about code."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from sandbox.provider import bodies, forms
from sandbox.provider.api import Answer, ApiError
from sandbox.provider.planning import at
from sandbox.provider.schema import Call, Kind, Property, RefusedError, Sender, Special, Values
from sandbox.provider.values import UNKNOWN

SCRIPT = "/accounts/{accountId}/workers/scripts/{scriptName}"
PUT = Call(method="PUT", path=SCRIPT, query={"bindings_inherit": "bindingsInherit"})
DELETE = Call(method="DELETE", path=SCRIPT, query={"force": "force"})
SERVICE = Call(method="GET", path="/accounts/{accountId}/workers/services/{scriptName}")
SETTINGS = Call(method="GET", path=SCRIPT + "/settings")
CONTENT = Call(method="GET", path=SCRIPT + "/content/v2")
MODULE, CLASSIC = "application/javascript+module", "application/javascript"
SCRIPT_PART = "script"
NO_CONTENT = 204
COMPOUND = (Kind.OBJECT, Kind.LIST, Kind.SET)
READ_WITH_A_HASH = ("assets", "keepBindings", "limits", "observability")
"""Who compares a hash reads these, too, and cannot while they are unknown."""
TEXT_BINDINGS = ("secret_text", "plain_text")


# Check and planning ---------------------------------------------------------------------------------------------------


def check(properties: Mapping[str, Property], inputs: Values) -> list[tuple[str, str]]:
    """What Check says beyond the table."""
    return [*_code_problems(properties, inputs), *_asset_problems(inputs)]


def _asset_problems(inputs: Values) -> Iterator[tuple[str, str]]:
    first = at(inputs, ("assets", "config", "runWorkerFirst"))
    paths = first if isinstance(first, list) else []
    if first not in (None, UNKNOWN) and not isinstance(first, bool | list):
        said = f"Expected boolean or list/tuple of strings, got {type(first).__name__}"
        yield "assets.config.runWorkerFirst", f"Invalid type for run_worker_first. {said}"
    if any(not isinstance(path, str) and path is not UNKNOWN for path in paths):
        yield "assets.config.runWorkerFirst", "Invalid list element type. All elements must be strings with path rules"


def _code_problems(properties: Mapping[str, Property], inputs: Values) -> list[tuple[str, str]]:
    """Which ways to give code exclude each other, and whether a hash fits. Without any code the check itself fails."""
    content, file, sha256 = (inputs.get(name) for name in ("content", "contentFile", "contentSha256"))
    if all(inputs.get(name) is None for name in ("content", "contentFile", "assets")):
        raise RefusedError(
            "Missing Attribute Configuration",
            "At least one of these attributes must be configured: [content,content_file,assets]",
        )
    found = []
    if content is not None and file is not None:
        found = [
            (
                "content",
                "Invalid Attribute Combination. These attributes cannot be configured together: [content,content_file]",
            ),
            ("contentFile", _excluded("content", "content_file")),
            ("content", _excluded("content_file", "content")),
        ]
    if file is not None and sha256 is None:
        rule = 'Attribute "content_sha256" must be specified when "content_file" is specified'
        found.append(("contentFile", f"Invalid Attribute Combination. {rule}"))
    if sha256 is not None and UNKNOWN not in (content, file, sha256):
        unknown = [name for name in READ_WITH_A_HASH if _is_partly_unknown(properties[name], inputs.get(name))]
        found += [(name, f"Value Conversion Error. With a hash of the code {name} must be known") for name in unknown]
        found += _hash_problems(content, file, sha256)
    return found


def _is_partly_unknown(property_: Property, value: Any) -> bool:
    """Whether an object or a list is unknown as a whole, here or within."""
    if isinstance(value, dict):
        return any(_is_partly_unknown(inner, value.get(name)) for name, inner in property_.properties.items())
    return value is UNKNOWN and property_.kind in COMPOUND


def _excluded(one: str, other: str) -> str:
    return f'Invalid Attribute Combination. Attribute "{one}" cannot be specified when "{other}" is specified'


def _hash_problems(content: str | None, file: str | None, sha256: str) -> list[tuple[str, str]]:
    source = "content" if content is not None or file is None else f"content_file ({file})"
    try:
        actual = _sha256((content or "").encode() if file is None or content is not None else _file(str(file)))
    except OSError as error:
        return [("contentSha256", f"Hash Calculation Error. Failed to calculate SHA-256 hash of {source}: {error}")]
    if sha256 == actual:
        return []
    said = f"The provided SHA-256 hash '{sha256}' does not match the actual hash '{actual}' of {source}"
    return [("contentSha256", f"SHA-256 Hash Mismatch. {said}")]


def plan(planned: Values, prior: Values | None, inputs: Values) -> None:
    """Only a Durable Object's binding has a class and a namespace that the API may choose."""
    given = inputs.get("bindings") or []
    bindings = planned.get("bindings")
    for index, binding in enumerate(bindings if isinstance(bindings, list) else []):
        if binding.get("type") != "durable_object_namespace":
            for name in ("className", "namespaceId"):
                if binding.get(name) is UNKNOWN:
                    binding[name] = given[index].get(name) if index < len(given) else None
    if prior is not None and planned != prior:
        planned["modifiedOn"] = planned["hasAssets"] = UNKNOWN


# The upload -----------------------------------------------------------------------------------------------------------


def writer(properties: Mapping[str, Property]) -> Any:
    """Sends a planned script: code first, further files, then the metadata without a file name."""

    async def write(api: Sender, planned: Values, _state: Values | None) -> Any:
        content, content_type = forms.encoded(_parts(properties, planned))
        answer = await api.call(
            PUT.method,
            PUT.path_for(planned),
            headers={"content-type": content_type},
            content=content,
            query=PUT.query_for(planned),
        )
        return answer.result

    return write


def _parts(properties: Mapping[str, Property], planned: Values) -> list[forms.Part]:
    if (planned.get("assets") or {}).get("directory"):
        raise RefusedError(
            "unsupported property",
            "assets.directory: uploads of asset directories need the real provider; give assets.jwt or leave assets out",
        )
    try:
        code = (
            _file(planned["contentFile"]) if planned.get("contentFile") else str(planned.get("content") or "").encode()
        )
    except OSError as error:
        raise RefusedError("failed to read file", f"could not read file {planned['contentFile']}: {error}") from error
    metadata = bodies.body(properties, planned)
    parts = []
    if code:
        module = planned.get("mainModule") or ""
        kind = planned.get("contentType") or (MODULE if module else CLASSIC)
        parts.append(forms.Part(module or SCRIPT_PART, code, kind, filename=module or SCRIPT_PART))
        if not module:
            metadata = dict(sorted({**metadata, "body_part": SCRIPT_PART}.items()))
    parts += [_module(name, file) for name, file in sorted((planned.get("files") or {}).items())]
    # The plugin fails to write metadata that has a placement, and sends none (seen in 6.17).
    document = (
        b"" if metadata.get("placement") else json.dumps(metadata, separators=(",", ":"), ensure_ascii=False).encode()
    )
    return [*parts, forms.Part("metadata", document, forms.JSON)]


def _module(name: str, file: Values) -> forms.Part:
    content = (
        _file(file["contentFile"]) if file.get("contentFile") else base64.b64decode(file.get("contentBase64") or "")
    )
    return forms.Part(name, content, file["contentType"], filename=name)


def _file(path: str) -> bytes:
    return Path(path).expanduser().read_bytes()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# The reads ------------------------------------------------------------------------------------------------------------


def reader(properties: Mapping[str, Property]) -> Any:
    """Service, settings, content. Settings know what an upload can state, and none of what follows from it."""
    stated = {name: property_ for name, property_ in properties.items() if property_.optional}

    async def read(api: Sender, state: Values) -> Values:
        service = (await api.call(SERVICE.method, SERVICE.path_for(state))).result or {}
        found = _laid_over(properties, state, (service.get("default_environment") or {}).get("script"))
        settings = await _present(api, SETTINGS, state)
        found = _laid_over(stated, found, settings.result)
        for name in ("annotations", "migrations"):
            found[name] = state.get(name)
        found["bindings"] = known_bindings(found.get("bindings") or [], state.get("bindings") or [])
        if (found.get("placement") or {}).get("mode") is None:
            found["placement"] = None
        return _with_content(found, await _present(api, CONTENT, state))

    return read


async def _present(api: Sender, call: Call, state: Values) -> Answer:
    """A further answer about a script that is there: its absence now is an error, not drift."""
    try:
        return await api.call(call.method, call.path_for(state))
    except ApiError as error:
        raise RefusedError("failed to make http request", str(error)) from error


def _laid_over(properties: Mapping[str, Property], state: Values, answer: Any) -> Values:
    return _merged(properties, state, bodies.after_read(properties, {}, answer))


def _merged(properties: Mapping[str, Property], state: Values, found: Values) -> Values:
    """What an answer leaves out keeps the state's value, save lists and objects that the API may fill in: those are gone."""
    merged = dict(state)
    for name, property_ in properties.items():
        value, before = found.get(name), state.get(name)
        match value, before:
            case _ if property_.computed and property_.kind in COMPOUND:
                merged[name] = value
            case None, _:
                continue
            case dict(), dict():
                merged[name] = _merged(property_.properties, before, value)
            case list(), list():  # place by place: the plugin never shortens such a list
                merged[name] = [*value, *before[len(value) :]]
            case _:
                merged[name] = value
    return merged


def known_bindings(answered: list[Values], kept: list[Values]) -> list[Values]:
    """The state's bindings in their order, less the secrets that are gone, and what else there is but foreign secrets.

    Answers never hold a secret's text, and an inherited secret is answered as a secret: so both stay as the state
    has them, and a refresh of a script with `inherit` bindings finds no difference.
    """
    there = {(binding.get("type"), binding.get("name")): binding for binding in answered}
    known = {(binding.get("type"), binding.get("name")) for binding in kept}
    stay = [_with_text(binding, there) for binding in kept if not _is_gone(binding, there)]
    return stay + [binding for key, binding in there.items() if key not in known and key[0] != "secret_text"]


def with_known_texts(answered: list[Values], kept: list[Values]) -> list[Values]:
    """Answered bindings, with the texts that only the state has."""
    texts = {binding.get("name"): binding["text"] for binding in kept if binding.get("text") is not None}
    return [
        {**binding, "text": texts[binding["name"]]}
        if binding.get("type") in TEXT_BINDINGS and binding["name"] in texts
        else binding
        for binding in answered
    ]


def _is_gone(binding: Values, there: Mapping[Any, Values]) -> bool:
    return binding.get("type") == "secret_text" and ("secret_text", binding.get("name")) not in there


def _with_text(binding: Values, there: Mapping[Any, Values]) -> Values:
    if binding.get("type") != "secret_text":
        return binding
    return {**there["secret_text", binding.get("name")], **({"text": binding["text"]} if "text" in binding else {})}


def _with_content(state: Values, answer: Answer) -> Values:
    if answer.status == NO_CONTENT:
        return {**state, "content": None}
    content = forms.first_part(answer.content, answer.headers.get("content-type", ""))
    found = dict(state)
    if state.get("contentFile") is None:
        found["content"] = content.decode(errors="replace")
    if state.get("contentSha256") is not None:
        found["contentSha256"] = _sha256(content)
    return found


def special(properties: Mapping[str, Property]) -> Special:
    return Special(
        check=partial(check, properties),
        plan=plan,
        write=writer(properties),
        read=reader(properties),
        reads=(SERVICE, SETTINGS, CONTENT),
        first_read=Call(method="GET", path=SCRIPT),
    )
