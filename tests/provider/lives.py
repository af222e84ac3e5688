"""Lives of resources that no recorded case holds: what a program says of each, and the requests that this consists of.

The answers are shaped after the API's published schemas; the requests after the Terraform provider's source.
"""

import json
from dataclasses import dataclass
from typing import Any

ACCOUNT, ZONE = "0123456789abcdef0123456789abcdef", "a" * 32
THEN, LATER = "2026-01-01T00:00:00.25Z", "2026-01-02T00:00:00.25Z"

Exchange = tuple[str, str, Any, Any]
"""Method, path with query, body that is sent, result that is answered."""


@dataclass(frozen=True)
class Life:
    """What a program says of one resource from its beginning to its end, and what is sent for it."""

    type: str
    inputs: dict[str, Any]
    change: dict[str, Any]
    """Inputs that an update in place brings."""
    elsewhere: dict[str, Any]
    """Inputs of which each, by itself, makes it another object."""
    id: str
    import_id: str
    created: list[Exchange]
    read: list[Exchange]
    updated: list[Exchange]
    reread: list[Exchange]
    deleted: list[Exchange]
    stays: bool = False
    """Whether destroying it leaves it in the account, of which a warning tells."""
    unreadable: frozenset[str] = frozenset()
    """Inputs that no answer holds, so that an import does not know them."""

    @property
    def token(self) -> str:
        return f"cloudflare:index/{self.type[0].lower()}{self.type[1:]}:{self.type}"


def got(path: str, result: Any) -> list[Exchange]:
    return [("GET", path, None, result)]


WORKFLOW = f"/accounts/{ACCOUNT}/workflows/event-processor"
WORKFLOW_PUT = {
    "id": "f0e5f0e5-0000-4000-8000-000000000000",
    "name": "event-processor",
    "class_name": "EventProcessor",
    "script_name": "triggers-api",
    "created_on": THEN,
    "modified_on": THEN,
    "triggered_on": None,
    "is_deleted": 0,
    "terminator_running": 0,
    "version_id": "f0e5f0e5-0000-4000-8000-000000000001",
}
WORKFLOW_GOT = {
    **{key: WORKFLOW_PUT[key] for key in ("id", "name", "class_name", "script_name", "created_on", "triggered_on")},
    "modified_on": THEN,
    "instances": {"queued": 0, "waitingForPause": 0},
    "script_deleted": False,
}

SETTING = f"/zones/{ZONE}/settings/min_tls_version"
SETTING_GOT = {"id": "min_tls_version", "value": "1.2", "editable": True, "modified_on": THEN}

ZONE_GOT = {
    "id": ZONE,
    "name": "triggers.do",
    "account": {"id": ACCOUNT, "name": "test"},
    "type": "full",
    "status": "active",
    "paused": False,
    "created_on": THEN,
    "modified_on": THEN,
    "name_servers": ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"],
    "original_registrar": None,
    "meta": {"step": 4, "cdn_only": False},
    "plan": {"id": "free", "name": "Free Website", "price": 0},
}

STORES = f"/accounts/{ACCOUNT}/secrets_store/stores"
STORE_GOT = {"id": "b" * 32, "name": "default_secrets_store", "created": THEN, "modified": THEN}
SECRETS = f"{STORES}/{'b' * 32}/secrets"
SECRET_GOT = {
    "id": "c" * 32,
    "store_id": "b" * 32,
    "name": "API_KEY",
    "status": "pending",
    "scopes": ["workers"],
    "comment": "for all",
    "created": THEN,
    "modified": THEN,
}

CHECKS = f"/zones/{ZONE}/healthchecks"
CHECK_SENT = {
    "address": "api.triggers.do",
    "check_regions": ["WNAM"],
    "consecutive_fails": 3,
    "consecutive_successes": 1,
    "description": "",
    "http_config": {
        "allow_insecure": False,
        "expected_body": "",
        "expected_codes": ["2xx"],
        "follow_redirects": False,
        "header": {"Host": ["api.triggers.do"]},
        "method": "GET",
        "path": "/health",
        "port": 443,
    },
    "interval": 60,
    "name": "api",
    "retries": 2,
    "suspended": False,
    "timeout": 5,
    "type": "HTTPS",
}
CHECK_GOT = {**CHECK_SENT, "id": "d" * 32, "status": "unknown", "created_on": THEN, "modified_on": THEN}

LOCK = f"/accounts/{ACCOUNT}/r2/buckets/bundles/lock"
KEPT = {"id": "bundles", "enabled": True, "prefix": "b/", "condition": {"type": "Age", "maxAgeSeconds": 86400}}
KEPT_LONGER = {**KEPT, "condition": {"type": "Age", "maxAgeSeconds": 172800}}

MANAGED = f"/accounts/{ACCOUNT}/r2/buckets/bundles/domains/managed"
MANAGED_GOT = {"bucketId": "e" * 32, "domain": "pub-e.r2.dev", "enabled": False}

SITE_DOMAINS = f"/accounts/{ACCOUNT}/pages/projects/docs/domains"
SITE_DOMAIN_GOT = {
    "id": "f" * 32,
    "domain_id": "f" * 32,
    "name": "docs.triggers.do",
    "status": "initializing",
    "certificate_authority": "google",
    "created_on": THEN,
    "zone_tag": ZONE,
    "validation_data": {"status": "initializing", "method": "http"},
    "verification_data": {"status": "active"},
}

CUSTOM = f"/accounts/{ACCOUNT}/workers/domains"
CUSTOM_GOT = {
    "id": "1" * 32,
    "hostname": "deploy.do",
    "service": "dotdo-deploy",
    "environment": "production",
    "zone_id": ZONE,
    "zone_name": "deploy.do",
    "cert_id": "00000000-0000-4000-8000-000000000000",
}

TOKENS = "/user/tokens"
POLICY = {
    "effect": "allow",
    "permission_groups": [{"id": "2" * 32}],
    "resources": {f"com.cloudflare.api.account.{ACCOUNT}": "*"},
}
TOKEN_GOT = {
    "id": "3" * 32,
    "name": "deploy",
    "status": "active",
    "policies": [POLICY],
    "issued_on": THEN,
    "modified_on": THEN,
}
TOKEN_INPUT = {
    "name": "deploy",
    "policies": [
        {
            "effect": "allow",
            "permissionGroups": [{"id": "2" * 32}],
            "resources": json.dumps(POLICY["resources"], separators=(",", ":")),
        }
    ],
}

LIVES = [
    Life(
        type="Workflow",
        inputs={
            "accountId": ACCOUNT,
            "workflowName": "event-processor",
            "className": "EventProcessor",
            "scriptName": "triggers-api",
            "limits": {"steps": 1000},
            "concurrency": {"limit": 5},
            "defaultRetention": {"errorRetention": "5 minutes", "successRetention": 60000},
        },
        change={"className": "Processor", "limits": None},
        elsewhere={"accountId": "f" * 32, "workflowName": "other"},
        id="event-processor",
        import_id=f"{ACCOUNT}/event-processor",
        created=[
            (
                "PUT",
                WORKFLOW,
                {
                    "class_name": "EventProcessor",
                    "script_name": "triggers-api",
                    "limits": {"steps": 1000},
                    "concurrency": {"limit": 5},
                    "default_retention": {"error_retention": "5 minutes", "success_retention": 60000},
                },
                WORKFLOW_PUT,
            )
        ],
        read=got(WORKFLOW, WORKFLOW_GOT),
        updated=[
            (
                "PUT",
                WORKFLOW,
                {
                    "class_name": "Processor",
                    "script_name": "triggers-api",
                    "limits": None,
                    "concurrency": {"limit": 5},
                    "default_retention": {"error_retention": "5 minutes", "success_retention": 60000},
                },
                {**WORKFLOW_PUT, "class_name": "Processor", "modified_on": LATER},
            )
        ],
        reread=got(WORKFLOW, {**WORKFLOW_GOT, "class_name": "Processor", "modified_on": LATER}),
        deleted=[("DELETE", WORKFLOW, None, {"status": "ok", "success": None})],
        unreadable=frozenset({"concurrency", "defaultRetention"}),
    ),
    Life(
        type="ZoneSetting",
        inputs={"zoneId": ZONE, "settingId": "min_tls_version", "value": "1.2"},
        change={"value": "1.3"},
        elsewhere={"zoneId": "b" * 32, "settingId": "ssl"},
        id="min_tls_version",
        import_id=f"{ZONE}/min_tls_version",
        created=[("PATCH", SETTING, {"value": "1.2"}, SETTING_GOT)],
        read=got(SETTING, SETTING_GOT),
        updated=[("PATCH", SETTING, {"value": "1.3"}, {**SETTING_GOT, "value": "1.3", "modified_on": LATER})],
        reread=got(SETTING, {**SETTING_GOT, "value": "1.3", "modified_on": LATER}),
        deleted=[],
        stays=True,
    ),
    Life(
        type="Zone",
        inputs={"name": "triggers.do", "account": {"id": ACCOUNT}},
        change={"paused": True},
        elsewhere={"name": "other.do", "account": {"id": "f" * 32}},
        id=ZONE,
        import_id=ZONE,
        created=[
            (
                "POST",
                "/zones",
                {"name": "triggers.do", "account": {"id": ACCOUNT}, "paused": False, "type": "full"},
                ZONE_GOT,
            )
        ],
        read=got(f"/zones/{ZONE}", ZONE_GOT),
        updated=[("PATCH", f"/zones/{ZONE}", {"paused": True}, {**ZONE_GOT, "paused": True})],
        reread=got(f"/zones/{ZONE}", {**ZONE_GOT, "paused": True}),
        deleted=[("DELETE", f"/zones/{ZONE}", None, {"id": ZONE})],
    ),
    Life(
        type="SecretsStore",
        inputs={"accountId": ACCOUNT, "name": "default_secrets_store"},
        change={"force": True},
        elsewhere={"accountId": "f" * 32, "name": "other"},
        id="b" * 32,
        import_id=f"{ACCOUNT}/{'b' * 32}",
        created=[("POST", STORES, {"name": "default_secrets_store"}, STORE_GOT)],
        read=got(f"{STORES}/{'b' * 32}", STORE_GOT),
        updated=[],
        reread=got(f"{STORES}/{'b' * 32}", STORE_GOT),
        deleted=[("DELETE", f"{STORES}/{'b' * 32}?force=true", None, None)],
        unreadable=frozenset({"force"}),
    ),
    Life(
        type="SecretsStoreSecret",
        inputs={
            "accountId": ACCOUNT,
            "storeId": "b" * 32,
            "name": "API_KEY",
            "value": "planted-once",
            "scopes": ["workers"],
            "comment": "for all",
        },
        change={"value": "planted-twice"},
        elsewhere={"accountId": "f" * 32, "storeId": "f" * 32, "name": "OTHER"},
        id="c" * 32,
        import_id=f"{ACCOUNT}/{'b' * 32}/{'c' * 32}",
        created=[
            (
                "POST",
                SECRETS,
                [{"comment": "for all", "name": "API_KEY", "scopes": ["workers"], "value": "planted-once"}],
                [SECRET_GOT],
            )
        ],
        read=got(f"{SECRETS}/{'c' * 32}", {**SECRET_GOT, "status": "active"}),
        updated=[("PATCH", f"{SECRETS}/{'c' * 32}", {"value": "planted-twice"}, {**SECRET_GOT, "modified": LATER})],
        reread=got(f"{SECRETS}/{'c' * 32}", {**SECRET_GOT, "status": "active", "modified": LATER}),
        deleted=[("DELETE", f"{SECRETS}/{'c' * 32}", None, None)],
        unreadable=frozenset({"value"}),
    ),
    Life(
        type="Healthcheck",
        inputs={
            "zoneId": ZONE,
            "name": "api",
            "address": "api.triggers.do",
            "type": "HTTPS",
            "checkRegions": ["WNAM"],
            "consecutiveFails": 3,
            "httpConfig": {
                "path": "/health",
                "port": 443,
                "expectedCodes": ["2xx"],
                "header": {"Host": ["api.triggers.do"]},
            },
        },
        change={"suspended": True},
        elsewhere={"zoneId": "b" * 32},
        id="d" * 32,
        import_id=f"{ZONE}/{'d' * 32}",
        created=[("POST", CHECKS, CHECK_SENT, CHECK_GOT)],
        read=got(f"{CHECKS}/{'d' * 32}", CHECK_GOT),
        updated=[
            (
                "PUT",
                f"{CHECKS}/{'d' * 32}",
                {**CHECK_SENT, "suspended": True},
                {**CHECK_GOT, "suspended": True, "modified_on": LATER},
            )
        ],
        reread=got(f"{CHECKS}/{'d' * 32}", {**CHECK_GOT, "suspended": True, "modified_on": LATER}),
        deleted=[("DELETE", f"{CHECKS}/{'d' * 32}", None, {"id": "d" * 32})],
    ),
    Life(
        type="R2BucketLock",
        inputs={"accountId": ACCOUNT, "bucketName": "bundles", "rules": [KEPT]},
        change={"rules": [KEPT_LONGER]},
        elsewhere={"accountId": "f" * 32, "bucketName": "other"},
        id="missing ID",
        import_id="",
        created=[("PUT", LOCK, {"rules": [KEPT]}, None)],
        read=got(LOCK, {"rules": [KEPT]}),
        updated=[("PUT", LOCK, {"rules": [KEPT_LONGER]}, None)],
        reread=got(LOCK, {"rules": [KEPT_LONGER]}),
        deleted=[],
        stays=True,
    ),
    Life(
        type="R2ManagedDomain",
        inputs={"accountId": ACCOUNT, "bucketName": "bundles", "enabled": False},
        change={"enabled": True},
        elsewhere={"accountId": "f" * 32, "bucketName": "other"},
        id="missing ID",
        import_id="",
        created=[("PUT", MANAGED, {"enabled": False}, MANAGED_GOT)],
        read=[],
        updated=[("PUT", MANAGED, {"enabled": True}, {**MANAGED_GOT, "enabled": True})],
        reread=[],
        deleted=[],
        stays=True,
    ),
    Life(
        type="PagesDomain",
        inputs={"accountId": ACCOUNT, "projectName": "docs", "name": "docs.triggers.do"},
        change={},
        elsewhere={"accountId": "f" * 32, "projectName": "other", "name": "www.triggers.do"},
        id="docs.triggers.do",
        import_id=f"{ACCOUNT}/docs/docs.triggers.do",
        created=[("POST", SITE_DOMAINS, {"name": "docs.triggers.do"}, SITE_DOMAIN_GOT)],
        read=got(f"{SITE_DOMAINS}/docs.triggers.do", {**SITE_DOMAIN_GOT, "status": "active"}),
        updated=[],
        reread=got(f"{SITE_DOMAINS}/docs.triggers.do", {**SITE_DOMAIN_GOT, "status": "active"}),
        deleted=[("DELETE", f"{SITE_DOMAINS}/docs.triggers.do", None, None)],
    ),
    Life(
        type="WorkersCustomDomain",
        inputs={"accountId": ACCOUNT, "hostname": "deploy.do", "service": "dotdo-deploy", "zoneId": ZONE},
        change={},
        elsewhere={"accountId": "f" * 32, "hostname": "x.do", "service": "other", "zoneId": "b" * 32},
        id="1" * 32,
        import_id=f"{ACCOUNT}/{'1' * 32}",
        created=[("PUT", CUSTOM, {"hostname": "deploy.do", "service": "dotdo-deploy", "zone_id": ZONE}, CUSTOM_GOT)],
        read=got(f"{CUSTOM}/{'1' * 32}", CUSTOM_GOT),
        updated=[],
        reread=got(f"{CUSTOM}/{'1' * 32}", CUSTOM_GOT),
        deleted=[("DELETE", f"{CUSTOM}/{'1' * 32}", None, None)],
    ),
    Life(
        type="ApiToken",
        inputs=TOKEN_INPUT,
        change={"name": "deployer", "status": "active"},
        elsewhere={},
        id="3" * 32,
        import_id="3" * 32,
        created=[("POST", TOKENS, {"name": "deploy", "policies": [POLICY]}, {**TOKEN_GOT, "value": "planted"})],
        read=got(f"{TOKENS}/{'3' * 32}", TOKEN_GOT),
        updated=[
            (
                "PUT",
                f"{TOKENS}/{'3' * 32}",
                {"name": "deployer", "policies": [POLICY], "status": "active"},
                {**TOKEN_GOT, "name": "deployer"},
            )
        ],
        reread=got(f"{TOKENS}/{'3' * 32}", {**TOKEN_GOT, "name": "deployer"}),
        deleted=[("DELETE", f"{TOKENS}/{'3' * 32}", None, {"id": "3" * 32})],
    ),
]
