"""Creates that were cut short: the object may exist already, without anybody knowing its id.

An engine that was killed between a request and its answer says so when it asks for the create again (metadata
`interrupted-create`, which other providers do not look at). Then the object is looked for first among those that the create's
own path lists; it is the one that agrees with everything that would be sent.
"""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from sandbox.provider import bodies
from sandbox.provider.api import Api
from sandbox.provider.schema import Resource, Values

INTERRUPTED_CREATE = "interrupted-create"
PAGE_SIZE = "100"


async def existing(resource: Resource, api: Api, planned: Values) -> Mapping[str, Any] | None:
    """The API's description of the object that an earlier create made; None if there is none.

    Only what is made by POST is looked for: a PUT that is sent again makes nothing twice.
    """
    if resource.create.method != "POST" or resource.special.write is not None:
        return None
    sent = bodies.body(resource.properties, planned)
    async for entry in _listed(api, resource.create.path_for(planned)):
        if _agrees(sent, entry):
            return entry
    return None


async def _listed(api: Api, path: str) -> AsyncIterator[Mapping[str, Any]]:
    page, pages = 1, 1
    while page <= pages:
        answer = await api.call("GET", path, query={"page": str(page), "per_page": PAGE_SIZE})
        listed = answer.result
        if isinstance(listed, dict):  # R2 has its list in an object
            listed = next((value for value in listed.values() if isinstance(value, list)), [])
        for entry in listed or []:
            if isinstance(entry, dict):
                yield entry
        pages = (json.loads(answer.content).get("result_info") or {}).get("total_pages", 1)
        page += 1


def _agrees(sent: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    """Whether every text and flag that is sent and listed is the same, and at least one is."""
    compared = [key for key in sent.keys() & entry.keys() if isinstance(sent[key], str | bool)]
    return bool(compared) and all(sent[key] == entry[key] for key in compared)
