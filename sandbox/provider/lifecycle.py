"""The life of one resource against the API: create, read, update, delete, import, as its row of the table says."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from sandbox.provider import adoption, bodies
from sandbox.provider.api import NOT_FOUND, Answer, Api, ApiError
from sandbox.provider.bodies import without_nulls
from sandbox.provider.schema import Call, Property, RefusedError, Resource, Sends, Values
from sandbox.provider.values import UNKNOWN

MISSING_ID = "missing ID"
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}")
Warn = Callable[[str, str], None]
"""Takes summary and detail of a warning."""


@dataclass(frozen=True)
class Lifecycle:
    resource: Resource
    api: Api
    warn: Warn

    def id_of(self, state: Values) -> str:
        return str(state.get(self.resource.engine_id) or MISSING_ID)

    async def create(self, planned: Values) -> Values:
        if self.resource.special.before_create is not None:
            self.resource.special.before_create(planned)
        return await self._write(self.resource.create, planned, None)

    async def adopt(self, planned: Values) -> Values | None:
        """The state of an object that an interrupted create has made; None if it has made none."""
        known = _known(planned)
        try:
            if self.resource.found_by_reading:
                return await self._found(known)
            found = await adoption.existing(self.resource, self.api, planned)
        except ApiError as error:
            if error.status == NOT_FOUND:
                return None
            raise _failed(error) from error
        if found is None:
            return None
        result = self._translated(found)
        return await self.read(self._settled(bodies.after_read(self.resource.properties, known, result), known, result))

    async def update(self, planned: Values, state: Values) -> Values:
        if self.resource.update is None:
            return {**state, **{name: planned[name] for name in self.resource.local if name in planned}}
        unchanged = self.resource.special.unchanged
        if unchanged is not None and unchanged(planned, state):
            return self._settled(
                {name: state.get(name) if value is UNKNOWN else value for name, value in planned.items()}, state, None
            )
        if self.resource.special.before_update is not None:
            self.resource.special.before_update(planned, state)
        if self.resource.before_update is not None:
            await self._remove(self.resource.before_update, {**state, **_known(planned)})
        return await self._write(self.resource.update, planned, state)

    async def read(self, state: Values) -> Values | None:
        """The state as the API has it now; None, with a warning, if the object is gone."""
        try:
            found = await self._found(state)
        except ApiError as error:
            if error.status != NOT_FOUND:
                raise _failed(error) from error
            self.warn("Resource not found", "The resource was not found on the server and will be removed from state.")
            return None
        gone = self.resource.special.gone(found) if self.resource.special.gone else None
        if gone is not None:
            self.warn(*gone)
            return None
        return found

    async def _found(self, state: Values) -> Values:
        if self.resource.special.read is not None:
            return self._settled(await self.resource.special.read(self.api, state), state, None)
        if self.resource.read is None:
            return state
        return self._read_from(state, await self._send(self.resource.read, state, None))

    async def delete(self, state: Values) -> None:
        if self.resource.delete is not None:
            await self._remove(self.resource.delete, state)

    async def _remove(self, call: Call, state: Values) -> None:
        answer = await self._request(call, state)
        if answer.unreadable:
            raise RefusedError("failed to make http request", answer.unreadable)

    async def import_(self, import_id: str) -> Values | None:
        """The state of an object that exists already. It is asked for twice, as the plugin does."""
        found = self._identified(import_id)
        first = self.resource.special.first_read
        if first is not None:
            await self._request(first, found)
        else:
            try:
                found = await self._found(found)
            except ApiError as error:
                raise _failed(error) from error
        return await self.read(found)

    def _identified(self, import_id: str) -> Values:
        segments = [segment.partition("=") for segment in self.resource.import_id.split("/")]
        if not self.resource.import_id:
            raise RefusedError(
                "Resource Import Not Implemented",
                "This resource does not support import. Declare it: its create call takes over what exists.",
            )
        given = import_id.split("/")
        if len(given) != len(segments):
            expected = "/".join(f"<{label}>" for label, _, _ in segments)
            raise RefusedError("invalid ID", f'expected urlencoded segments "{expected}", got "{import_id}"')
        for (label, _, _), part in zip(segments, given, strict=True):
            if broken := _BROKEN_ESCAPE.search(part):
                detail = f'for "<{label}>" : invalid URL escape "{broken[0]}" -> "{part}"'
                raise RefusedError("invalid urlencoded segment", detail)
        return {name: unquote(part) for (_, _, name), part in zip(segments, given, strict=True)}

    async def _write(self, call: Call, planned: Values, state: Values | None) -> Values:
        write = self.resource.special.write
        try:
            if write is not None:
                result = await write(self.api, planned, state)
            else:
                values = {**(state or {}), **_known(planned)}
                result = (await self._send(call, values, _Body(planned, state if call.nulls else None))).result
        except ApiError as error:
            raise _failed(error) from error
        result = self._translated(result)
        before = {**planned, **{name: (state or {}).get(name) for name, value in planned.items() if value is UNKNOWN}}
        found = self._settled(bodies.after_write(self.resource.properties, planned, result), before, result)
        return await self._read_back(found)

    async def _read_back(self, state: Values) -> Values:
        needed = self.resource.read_back_for
        if not needed or self.resource.read is None or state.get(needed) is not None:
            return state
        try:
            return self._read_from(state, await self._send(self.resource.read, state, None))
        except ApiError:
            return state

    def _read_from(self, state: Values, answer: Answer) -> Values:
        result = self._translated(answer.result)
        return self._settled(bodies.after_read(self.resource.properties, state, result), state, result)

    def _translated(self, result: Any) -> Any:
        translate = self.resource.special.answer
        return translate(result) if translate and isinstance(result, dict) else result

    def _settled(self, state: Values, before: Values, answer: Any) -> Values:
        """A state fit to be kept: id filled in, nothing unknown, no nulls."""
        state = _known(state)
        if self.resource.special.state is not None:
            self.resource.special.state(state, before, answer)
        if self.resource.id_from:
            state["id"] = state.get(self.resource.id_from)
        return without_nulls(state)  # type: ignore[no-any-return] # a dict stays one

    async def _request(self, call: Call, values: Values) -> Answer:
        """A request without a body, whose answer tells nothing but success."""
        try:
            return await self._send(call, values, None)
        except ApiError as error:
            raise _failed(error) from error

    async def _send(self, call: Call, values: Values, sent: "_Body | None") -> Answer:
        headers = {name: str(values.get(of, "")) for name, of in {**self.resource.headers, **call.headers}.items()}
        content = None
        if sent is not None and call.sends is Sends.JSON:
            headers["content-type"] = "application/json"
            content = sent.encoded(self.resource.properties, call)
        return await self.api.call(
            call.method, call.path_for(values), headers=headers, content=content, query=call.query_for(values)
        )


@dataclass(frozen=True)
class _Body:
    planned: Values
    state: Values | None

    def encoded(self, properties: Mapping[str, Property], call: Call) -> bytes:
        if call.whole:
            document = bodies.encoded(properties[call.whole], self.planned.get(call.whole))
        else:
            named = {
                name: replace(property_, api=call.names[name]) if name in call.names else property_
                for name, property_ in properties.items()
            }
            if call.only_changes and self.state is not None:
                document = bodies.changes(named, self.planned, self.state)
            else:
                document = bodies.body(named, self.planned, self.state)
        return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def _known(values: Any) -> Any:
    """Values without what is unknown, at every depth."""
    if isinstance(values, dict):
        return {key: _known(item) for key, item in values.items() if item is not UNKNOWN}
    if isinstance(values, list):
        return [_known(item) for item in values if item is not UNKNOWN]
    return values


def _failed(error: ApiError) -> RefusedError:
    return RefusedError("failed to make http request", str(error))
