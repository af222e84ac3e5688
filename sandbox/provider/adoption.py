"""Creates that were cut short: the object may exist already, without anybody knowing its id.

An engine that was killed between a request and its answer says so when it asks for the create again (metadata
`interrupted-create`, which other providers do not look at). Then the object is looked for first: by a read where a program's own
names are its whole address; else among those that the create's own path lists, where it is the one that agrees with what
would be sent in all keys of the row's `found_by`. A kind whose objects carry no name of their own (a deployment, a version), or
answer a value only once (a token), is not looked for: taking over another would be worse.
"""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from sandbox.provider import bodies
from sandbox.provider.api import Api
from sandbox.provider.schema import Resource, Values

INTERRUPTED_CREATE = "interrupted-create"
PAGE_SIZE = "50"
"""As much as each of these lists gives at once."""


async def existing(resource: Resource, api: Api, planned: Values) -> Mapping[str, Any] | None:
    """The API's description of the object that an earlier create made; None if there is none.

    What is made by PUT is not looked for: sent again, it makes nothing twice.
    """
    if not resource.found_by:
        return None
    sent, keys = bodies.body(resource.properties, planned), _keys(resource.found_by)
    async for entry in _listed(api, resource.create.path_for(planned)):
        if all(entry.get(answered) == sent.get(key) for key, answered in keys):
            return entry
    return None


def _keys(found_by: tuple[str, ...]) -> list[tuple[str, str]]:
    """Each as it is sent and as it is answered."""
    parts = (key.partition("=") for key in found_by)
    return [(sent, answered or sent) for sent, _, answered in parts]


async def _listed(api: Api, path: str) -> AsyncIterator[Mapping[str, Any]]:
    page, pages = 1, 1
    while page <= pages:
        answer = await api.call("GET", path, query={"page": str(page), "per_page": PAGE_SIZE})
        listed = answer.result
        for entry in listed or []:
            if isinstance(entry, dict):
                yield entry
        pages = (json.loads(answer.content).get("result_info") or {}).get("total_pages", 1)
        page += 1
