"""Each product driven by the official SDK, which refuses every answer that does not have Cloudflare's types."""

import io
from typing import Any

import cloudflare
import pytest

ACCOUNT = "0123456789abcdef0123456789abcdef"


def test_the_token_its_user_and_its_accounts_are_known(account: Any) -> None:
    sdk = account.sdk
    assert sdk.user.tokens.verify().status == "active"
    assert sdk.user.get().suspended is False
    assert {a.name for a in sdk.accounts.list()} == {"Local", "Other"}
    assert sdk.accounts.get(account_id=ACCOUNT).name == "Local"
    assert {m.account.id for m in sdk.memberships.list()} >= {ACCOUNT}
    assert account.ok("GET", f"{account.path}/tokens/verify")["status"] == "active"


def test_a_bucket_can_be_made_listed_changed_and_deleted(account: Any) -> None:
    buckets = account.sdk.r2.buckets
    made = buckets.create(account_id=ACCOUNT, name="rockhound-exports", location_hint="weur")
    assert (made.name, made.location, made.storage_class, made.jurisdiction) == (
        "rockhound-exports",
        "weur",
        "Standard",
        "default",
    )
    assert (
        buckets.edit("rockhound-exports", account_id=ACCOUNT, storage_class="InfrequentAccess").storage_class
        == "InfrequentAccess"
    )
    assert [b.name for b in buckets.list(account_id=ACCOUNT).buckets] == ["rockhound-exports"]
    buckets.delete("rockhound-exports", account_id=ACCOUNT)
    with pytest.raises(cloudflare.NotFoundError):
        buckets.get("rockhound-exports", account_id=ACCOUNT)


def test_one_name_in_two_jurisdictions_is_two_buckets(account: Any) -> None:
    buckets = account.sdk.r2.buckets
    buckets.create(account_id=ACCOUNT, name="data")
    in_europe = {"extra_headers": {"cf-r2-jurisdiction": "eu"}}
    buckets.create(account_id=ACCOUNT, name="data", **in_europe)
    buckets.delete("data", account_id=ACCOUNT)
    assert buckets.get("data", account_id=ACCOUNT, **in_europe).jurisdiction == "eu"
    assert buckets.list(account_id=ACCOUNT).buckets == []


def test_buckets_are_listed_in_pages_by_cursor(account: Any) -> None:
    for number in range(5):
        account.sdk.r2.buckets.create(account_id=ACCOUNT, name=f"bucket-{number}")
    seen: list[str] = []
    cursor = ""
    while True:
        answer = account.http.get(f"{account.path}/r2/buckets", params={"per_page": 2, "cursor": cursor}).json()
        seen += [bucket["name"] for bucket in answer["result"]["buckets"]]
        cursor = answer["result_info"]["cursor"]
        if not cursor:
            break
    assert seen == [f"bucket-{number}" for number in range(5)]


def test_a_new_bucket_aborts_old_uploads_until_its_rules_are_replaced(account: Any) -> None:
    account.sdk.r2.buckets.create(account_id=ACCOUNT, name="data")
    lifecycle = account.sdk.r2.buckets.lifecycle
    assert [rule.id for rule in lifecycle.get("data", account_id=ACCOUNT).rules] == ["Default Multipart Abort Rule"]
    rule = {
        "id": "old",
        "enabled": True,
        "conditions": {"prefix": "logs/"},
        "delete_objects_transition": {"condition": {"type": "Age", "max_age": 86400}},
    }
    lifecycle.update("data", account_id=ACCOUNT, rules=[rule])
    assert [rule.id for rule in lifecycle.get("data", account_id=ACCOUNT).rules] == ["old"]


def test_cors_and_locks_of_a_bucket(account: Any) -> None:
    buckets = account.sdk.r2.buckets
    buckets.create(account_id=ACCOUNT, name="data")
    rule = {"allowed": {"methods": ["GET"], "origins": ["https://a.example"]}, "max_age_seconds": 60}
    buckets.cors.update("data", account_id=ACCOUNT, rules=[rule])
    assert buckets.cors.get("data", account_id=ACCOUNT).rules[0].allowed.methods == ["GET"]
    buckets.cors.delete("data", account_id=ACCOUNT)
    with pytest.raises(cloudflare.NotFoundError):
        buckets.cors.get("data", account_id=ACCOUNT)
    buckets.locks.update(
        "data", account_id=ACCOUNT, rules=[{"id": "keep", "enabled": True, "condition": {"type": "Indefinite"}}]
    )
    assert buckets.locks.get("data", account_id=ACCOUNT).rules[0].id == "keep"


def test_domains_of_a_bucket_own_their_dns_record(account: Any) -> None:
    zone = account.zone()
    domains = account.sdk.r2.buckets.domains
    account.sdk.r2.buckets.create(account_id=ACCOUNT, name="data")
    assert domains.managed.update("data", account_id=ACCOUNT, enabled=True).enabled is True
    assert domains.managed.list("data", account_id=ACCOUNT).enabled is True
    domains.custom.create("data", account_id=ACCOUNT, domain="files.rockhound.example", enabled=True, zone_id=zone)
    domains.custom.update("files.rockhound.example", account_id=ACCOUNT, bucket_name="data", min_tls="1.2")
    shown = domains.custom.get("files.rockhound.example", account_id=ACCOUNT, bucket_name="data")
    assert (shown.enabled, shown.min_tls, shown.status.ssl) == (True, "1.2", "active")
    assert [d.domain for d in domains.custom.list("data", account_id=ACCOUNT).domains] == ["files.rockhound.example"]
    assert [r.name for r in account.sdk.dns.records.list(zone_id=zone)] == ["files.rockhound.example"]
    domains.custom.delete("files.rockhound.example", account_id=ACCOUNT, bucket_name="data")
    assert list(account.sdk.dns.records.list(zone_id=zone)) == []


def test_objects_keep_a_bucket_from_being_deleted(account: Any) -> None:
    account.sdk.r2.buckets.create(account_id=ACCOUNT, name="data")
    objects = f"{account.path}/r2/buckets/data/objects"
    for key in ("a/one.txt", "a/two.txt", "b.txt"):
        account.ok("PUT", f"{objects}/{key}", content=b"text", headers={"content-type": "text/plain"})
    got = account.http.get(f"{objects}/a%2Fone.txt")
    assert (got.content, got.headers["content-type"]) == (b"text", "text/plain; charset=utf-8")
    listed = account.http.get(objects, params={"delimiter": "/"}).json()
    assert ([o["key"] for o in listed["result"]], listed["result_info"]["delimited"]) == (["b.txt"], ["a/"])
    assert account.code("DELETE", f"{account.path}/r2/buckets/data") == (409, 10008)
    for key in ("a/one.txt", "a/two.txt", "b.txt"):
        account.ok("DELETE", f"{objects}/{key}")
    account.ok("DELETE", f"{account.path}/r2/buckets/data")


def test_a_namespace_and_its_values(account: Any) -> None:
    namespaces = account.sdk.kv.namespaces
    namespace = namespaces.create(account_id=ACCOUNT, title="CACHE_KV")
    assert namespaces.update(namespace.id, account_id=ACCOUNT, title="CACHE").title == "CACHE"
    assert [n.title for n in namespaces.list(account_id=ACCOUNT)] == ["CACHE"]
    here = {"account_id": ACCOUNT, "namespace_id": namespace.id}
    namespaces.values.update("a/b c", **here, value=b"one", metadata='{"tier":"gold"}', expiration_ttl=600)
    assert namespaces.values.get("a/b c", **here).text() == "one"
    assert namespaces.metadata.get("a/b c", **here) == {"tier": "gold"}
    (key,) = namespaces.keys.list(namespace.id, account_id=ACCOUNT)
    assert (key.name, key.metadata) == ("a/b c", {"tier": "gold"})
    namespaces.values.delete("a/b c", **here)
    with pytest.raises(cloudflare.NotFoundError):
        namespaces.values.get("a/b c", **here)
    namespaces.delete(namespace.id, account_id=ACCOUNT)


def test_a_value_sent_raw_is_kept_byte_for_byte(account: Any) -> None:
    namespace = account.ok("POST", f"{account.path}/storage/kv/namespaces", json={"title": "T"})["id"]
    values = f"{account.path}/storage/kv/namespaces/{namespace}/values"
    account.ok("PUT", f"{values}/raw", content=bytes(range(256)))
    assert account.http.get(f"{values}/raw").content == bytes(range(256))


def test_many_keys_at_once_and_in_pages(account: Any) -> None:
    namespaces = account.sdk.kv.namespaces
    namespace = namespaces.create(account_id=ACCOUNT, title="T").id
    pairs = [{"key": f"k{number:03}", "value": str(number)} for number in range(30)]
    assert namespaces.bulk_update(namespace, account_id=ACCOUNT, body=pairs).successful_key_count == 30
    assert [key.name for key in namespaces.keys.list(namespace, account_id=ACCOUNT, limit=10)] == [
        pair["key"] for pair in pairs
    ]
    assert [key.name for key in namespaces.keys.list(namespace, account_id=ACCOUNT, prefix="k02")] == [
        f"k02{n}" for n in range(10)
    ]
    # The SDK's types have no null for a key that is not there; the API's documentation has.
    found = account.ok(
        "POST", f"{account.path}/storage/kv/namespaces/{namespace}/bulk/get", json={"keys": ["k001", "nope"]}
    )
    assert found["values"] == {"k001": "1", "nope": None}
    assert (
        namespaces.bulk_get(namespace, account_id=ACCOUNT, keys=["k002"], with_metadata=True).values["k002"].value
        == "2"
    )
    namespaces.bulk_delete(namespace, account_id=ACCOUNT, body=[pair["key"] for pair in pairs])
    assert list(namespaces.keys.list(namespace, account_id=ACCOUNT)) == []


def test_a_queue_keeps_what_an_update_does_not_say(account: Any) -> None:
    queues = account.sdk.queues
    queue = queues.create(account_id=ACCOUNT, queue_name="exports-queue")
    queues.update(queue.queue_id, account_id=ACCOUNT, queue_name="exports", settings={"delivery_delay": 5})
    queues.edit(queue.queue_id, account_id=ACCOUNT, settings={"message_retention_period": 86400})
    shown = queues.get(queue.queue_id, account_id=ACCOUNT)
    assert (shown.queue_name, shown.settings.delivery_delay, shown.settings.message_retention_period) == (
        "exports",
        5,
        86400,
    )
    assert [q.queue_name for q in queues.list(account_id=ACCOUNT)] == ["exports"]
    queues.delete(queue.queue_id, account_id=ACCOUNT)
    assert list(queues.list(account_id=ACCOUNT)) == []


def test_a_consumer_with_its_dead_letter_queue(account: Any) -> None:
    assert account.upload("consumer", "export default { async queue(batch) {} };").status_code == 200
    queues = account.sdk.queues
    queue = queues.create(account_id=ACCOUNT, queue_name="jobs").queue_id
    consumers = queues.consumers
    made = consumers.create(
        queue,
        account_id=ACCOUNT,
        type="worker",
        script_name="consumer",
        dead_letter_queue="jobs-dlq",
        settings={"batch_size": 25},
    )
    assert (made.script_name, made.settings.batch_size, made.settings.max_retries, made.dead_letter_queue) == (
        "consumer",
        25,
        3,
        "jobs-dlq",
    )
    assert {q.queue_name for q in queues.list(account_id=ACCOUNT)} == {"jobs", "jobs-dlq"}
    consumers.update(
        made.consumer_id,
        account_id=ACCOUNT,
        queue_id=queue,
        type="worker",
        script_name="consumer",
        settings={"max_concurrency": 4},
    )
    shown = consumers.get(made.consumer_id, account_id=ACCOUNT, queue_id=queue)
    assert (shown.settings.batch_size, shown.settings.max_concurrency) == (25, 4)
    assert queues.get(queue, account_id=ACCOUNT).consumers_total_count == 1
    assert len(list(consumers.list(queue, account_id=ACCOUNT))) == 1
    assert account.code("DELETE", f"{account.path}/workers/scripts/consumer") == (400, 10064)
    consumers.delete(made.consumer_id, account_id=ACCOUNT, queue_id=queue)
    account.ok("DELETE", f"{account.path}/workers/scripts/consumer")


def test_a_pull_consumer_needs_no_worker(account: Any) -> None:
    queue = account.sdk.queues.create(account_id=ACCOUNT, queue_name="jobs").queue_id
    made = account.sdk.queues.consumers.create(
        queue, account_id=ACCOUNT, type="http_pull", settings={"visibility_timeout_ms": 5000}
    )
    assert made.settings.visibility_timeout_ms == 5000


def test_a_database_with_data(account: Any) -> None:
    databases = account.sdk.d1.database
    made = databases.create(account_id=ACCOUNT, name="rocks", primary_location_hint="weur")
    databases.update(made.uuid, account_id=ACCOUNT, read_replication={"mode": "auto"})
    assert databases.get(made.uuid, account_id=ACCOUNT).read_replication.mode == "auto"
    sql = "CREATE TABLE rock (name TEXT, hardness REAL); INSERT INTO rock VALUES ('a;b', 7), ('c', 2.5);"
    assert [r.meta.changes for r in databases.query(made.uuid, account_id=ACCOUNT, sql=sql)] == [0, 2]
    (found,) = databases.query(made.uuid, account_id=ACCOUNT, sql="SELECT * FROM rock WHERE hardness > ?", params=["3"])
    assert found.results == [{"name": "a;b", "hardness": 7.0}]
    (raw,) = databases.raw(made.uuid, account_id=ACCOUNT, sql="SELECT name, name FROM rock ORDER BY 1")
    assert (raw.results.columns, raw.results.rows) == (["name", "name"], [["a;b", "a;b"], ["c", "c"]])
    assert databases.get(made.uuid, account_id=ACCOUNT).num_tables == 1
    assert [d.name for d in databases.list(account_id=ACCOUNT, name="rocks")] == ["rocks"]
    databases.delete(made.uuid, account_id=ACCOUNT)
    assert list(databases.list(account_id=ACCOUNT)) == []


def test_a_zone_with_records(account: Any) -> None:
    sdk = account.sdk
    zone = sdk.zones.create(account={"id": ACCOUNT}, name="rockhound.example", type="full")
    assert [z.id for z in sdk.zones.list(name="rockhound.example")] == [zone.id]
    assert list(sdk.zones.list(name="other.example")) == []
    assert sdk.zones.get(zone_id=zone.id).status == "active"
    records = sdk.dns.records
    record = records.create(zone_id=zone.id, type="A", name="api", content="192.0.2.1", ttl=1, proxied=True)
    assert (record.name, record.proxied) == ("api.rockhound.example", True)
    records.update(record.id, zone_id=zone.id, type="A", name="api.rockhound.example", content="192.0.2.2", ttl=300)
    records.edit(record.id, zone_id=zone.id, type="A", name="api", content="192.0.2.2", ttl=600, comment="moved")
    shown = records.get(record.id, zone_id=zone.id)
    assert (shown.content, shown.ttl, shown.comment) == ("192.0.2.2", 600, "moved")
    data = {"flags": 0, "tag": "issue", "value": "letsencrypt.org"}
    assert records.create(zone_id=zone.id, type="CAA", name="@", data=data, ttl=1).content == "0 issue letsencrypt.org"
    account.upload("worker", "export default { fetch() {} };")
    sdk.workers.domains.update(account_id=ACCOUNT, hostname="app.rockhound.example", service="worker")
    records.delete(record.id, zone_id=zone.id)
    assert [r.type for r in records.list(zone_id=zone.id)] == ["CAA", "AAAA"]
    assert sdk.zones.delete(zone_id=zone.id).id == zone.id
    assert account.code("GET", f"/zones/{zone.id}") == (403, 9109)
    assert list(sdk.workers.domains.list(account_id=ACCOUNT)) == []


def test_routes_of_a_zone(account: Any) -> None:
    zone = account.zone()
    account.upload("api", "export default { fetch() {} };")
    routes = account.sdk.workers.routes
    route = routes.create(zone_id=zone, pattern="api.rockhound.example/*", script="api")
    routes.update(route.id, zone_id=zone, pattern="*.rockhound.example/v2/*")
    assert (routes.get(route.id, zone_id=zone).pattern, routes.get(route.id, zone_id=zone).script) == (
        "*.rockhound.example/v2/*",
        None,
    )
    assert len(list(routes.list(zone_id=zone))) == 1
    routes.delete(route.id, zone_id=zone)
    assert list(routes.list(zone_id=zone)) == []


def test_a_custom_domain_moves_to_another_worker_under_the_same_id(account: Any) -> None:
    zone = account.zone()
    for name in ("one", "two"):
        account.upload(name, "export default { fetch() {} };")
    domains = account.sdk.workers.domains
    first = domains.update(account_id=ACCOUNT, hostname="app.rockhound.example", service="one", zone_id=zone)
    second = domains.update(account_id=ACCOUNT, hostname="app.rockhound.example", service="two", zone_id=zone)
    assert (first.id, first.cert_id) == (second.id, second.cert_id)
    assert domains.get(first.id, account_id=ACCOUNT).service == "two"
    assert len(list(domains.list(account_id=ACCOUNT, hostname="app.rockhound.example"))) == 1
    (record,) = account.sdk.dns.records.list(zone_id=zone)
    assert account.code("DELETE", f"/zones/{zone}/dns_records/{record.id}") == (400, 1043)
    domains.delete(first.id, account_id=ACCOUNT)
    assert list(account.sdk.dns.records.list(zone_id=zone)) == []


def test_a_worker_uploaded_by_the_sdk_can_be_read_back(account: Any) -> None:
    scripts = account.sdk.workers.scripts
    module = io.BytesIO(b"export default { fetch() {}, scheduled() {} };")
    module.name = "worker.js"
    uploaded = scripts.update(
        "api",
        account_id=ACCOUNT,
        metadata={"main_module": "worker.js", "compatibility_date": "2026-01-01", "annotations": {"workers/tag": "t1"}},
        files=[("worker.js", module, "application/javascript+module")],
    )
    assert (uploaded.id, uploaded.handlers) == ("api", ["fetch", "scheduled"])
    assert [script.id for script in scripts.list(account_id=ACCOUNT)] == ["api"]
    settings = scripts.settings.get("api", account_id=ACCOUNT)
    assert settings.logpush is False
    schedules = scripts.schedules.update("api", account_id=ACCOUNT, body=[{"cron": "*/5 * * * *"}])
    assert [schedule.cron for schedule in schedules.schedules] == ["*/5 * * * *"]
    assert len(scripts.schedules.get("api", account_id=ACCOUNT).schedules) == 1
    assert (
        scripts.subdomain.create("api", account_id=ACCOUNT, enabled=True, previews_enabled=False).previews_enabled
        is False
    )
    assert scripts.subdomain.get("api", account_id=ACCOUNT).enabled is True
    assert scripts.subdomain.delete("api", account_id=ACCOUNT).enabled is False
    (version,) = scripts.versions.list("api", account_id=ACCOUNT)
    # Not by the SDK: its type of the bindings of a version is an empty class that its own strict validation cannot take.
    shown = account.ok("GET", f"{account.path}/workers/scripts/api/versions/{version.id}")
    assert shown["resources"]["script"]["handlers"] == ["fetch", "scheduled"]
    # The SDK looks for `items`; the description, wrangler and the provider know `deployments`.
    (listed,) = account.ok("GET", f"{account.path}/workers/scripts/api/deployments")["deployments"]
    assert (
        scripts.deployments.get(listed["id"], account_id=ACCOUNT, script_name="api").versions[0].version_id
        == version.id
    )
    assert b"scheduled() {}" in scripts.content.get("api", account_id=ACCOUNT).read()
    scripts.delete("api", account_id=ACCOUNT)
    assert list(scripts.list(account_id=ACCOUNT)) == []


def test_the_workers_dev_subdomain_of_the_account(account: Any) -> None:
    subdomains = account.sdk.workers.subdomains
    assert subdomains.get(account_id=ACCOUNT).subdomain.startswith("sandbox-")
    assert subdomains.update(account_id=ACCOUNT, subdomain="rockhound").subdomain == "rockhound"
    assert subdomains.get(account_id=ACCOUNT).subdomain == "rockhound"


def test_lists_are_empty_beyond_their_end(account: Any) -> None:
    for number in range(3):
        account.ok("POST", f"{account.path}/storage/kv/namespaces", json={"title": f"n{number}"})
    answer = account.http.get(f"{account.path}/storage/kv/namespaces", params={"page": 2, "per_page": 3}).json()
    assert answer["result"] == []
    assert answer["result_info"] == {"page": 2, "per_page": 3, "count": 0, "total_count": 3, "total_pages": 1}
    assert account.http.get("/zones", params={"page": 2}).json()["result"] == []
    assert account.http.get(f"{account.path}/queues", params={"page": 2}).json()["result"] == []
