"""A create whose answer nobody heard: asked for again, it finds what it made, and makes nothing twice."""

import asyncio
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from sandbox.provider.adoption import INTERRUPTED_CREATE
from sandbox.provider.values import from_struct, plain, to_struct

ACCOUNT = "0123456789abcdef0123456789abcdef"
URN = "urn:pulumi:test::provider::cloudflare:index/{}::again"
CREATED: dict[str, dict[str, Any]] = {
    "r2Bucket:R2Bucket": {"name": "exports", "jurisdiction": "eu", "storageClass": "Standard"},
    "workersKvNamespace:WorkersKvNamespace": {"title": "CACHE_KV"},
    "queue:Queue": {"queueName": "exports-queue"},
    "d1Database:D1Database": {"name": "facts"},
    "workersForPlatformsDispatchNamespace:WorkersForPlatformsDispatchNamespace": {"name": "dotdo"},
    "pagesProject:PagesProject": {"name": "docs", "productionBranch": "main"},
    "notificationPolicyWebhooks:NotificationPolicyWebhooks": {"name": "ops", "url": "https://hooks.triggers.do/a"},
    "notificationPolicy:NotificationPolicy": {
        "name": "incident",
        "alertType": "incident_alert",
        "mechanisms": {"emails": [{"id": "ops@triggers.do"}]},
    },
}


async def create(plugin, type_: str, inputs: dict[str, Any], *, interrupted: bool):
    urn = URN.format(type_)
    checked = await plugin.stub.Check(provider_pb2.CheckRequest(urn=urn, news=to_struct(inputs)))
    properties = to_struct(plain(from_struct(checked.inputs)))
    metadata = ((INTERRUPTED_CREATE, "true"),) if interrupted else ()
    answer = await plugin.stub.Create(provider_pb2.CreateRequest(urn=urn, properties=properties), metadata=metadata)
    return answer.id, from_struct(answer.properties)


@pytest.mark.parametrize("type_", sorted(CREATED))
def test_an_object_whose_create_was_cut_short_is_found_and_not_made_twice(provider_account, plugin_at, type_):
    inputs = {"accountId": ACCOUNT, **CREATED[type_]}

    async def run():
        async with plugin_at(provider_account.address, provider_account.token) as plugin:
            first = await create(plugin, type_, inputs, interrupted=False)
            return first, await create(plugin, type_, inputs, interrupted=True)

    first, again = asyncio.run(run())
    assert again[0] == first[0]
    assert {name: again[1].get(name) for name in first[1]} == first[1]


def test_an_object_that_was_never_made_is_made(provider_account, plugin_at):
    async def run():
        async with plugin_at(provider_account.address, provider_account.token) as plugin:
            other = await create(plugin, "queue:Queue", {"accountId": ACCOUNT, "queueName": "other"}, interrupted=False)
            return other, await create(
                plugin, "queue:Queue", {"accountId": ACCOUNT, "queueName": "exports-queue"}, interrupted=True
            )

    other, made = asyncio.run(run())
    assert made[0] != other[0]
    assert len(provider_account.result("GET", f"/accounts/{ACCOUNT}/queues")) == 2


def test_an_object_on_the_second_page_is_found(provider_account, plugin_at):
    titles = [f"KV_{number:03}" for number in range(120)]
    for title in titles:
        provider_account.result("POST", f"/accounts/{ACCOUNT}/storage/kv/namespaces", json={"title": title})

    async def run():
        async with plugin_at(provider_account.address, provider_account.token) as plugin:
            inputs = {"accountId": ACCOUNT, "title": titles[-1]}
            return await create(plugin, "workersKvNamespace:WorkersKvNamespace", inputs, interrupted=True)

    assert asyncio.run(run())[1]["title"] == titles[-1]
