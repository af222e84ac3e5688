"""What makes a script run: routes, custom domains, its workers.dev subdomain, schedules."""

from sandbox.provider.schema import (
    Call,
    Kind,
    Replaces,
    Resource,
    a_list,
    an_object,
    computed,
    either,
    in_path,
    optional,
    required,
)

ROUTES = "/zones/{zoneId}/workers/routes"
DOMAINS = "/accounts/{accountId}/workers/domains"
SUBDOMAIN = "/accounts/{accountId}/workers/scripts/{scriptName}/subdomain"
SCHEDULES = "/accounts/{accountId}/workers/scripts/{scriptName}/schedules"

ROUTE = Resource(
    found_by=("pattern",),
    properties={
        "id": computed(Kind.TEXT, keep=True),
        "zoneId": in_path(),
        "pattern": required(Kind.TEXT),
        "script": optional(Kind.TEXT),
    },
    create=Call(method="POST", path=ROUTES),
    read=Call(method="GET", path=ROUTES + "/{id}"),
    update=Call(method="PUT", path=ROUTES + "/{id}"),
    delete=Call(method="DELETE", path=ROUTES + "/{id}"),
    import_id="zone_id=zoneId/route_id=id",
)

CUSTOM_DOMAIN = Resource(
    properties={
        "id": computed(Kind.TEXT, keep=True, replaces=Replaces.ALWAYS),
        "accountId": in_path(),
        "hostname": required(Kind.TEXT, replaces=Replaces.ALWAYS),
        "service": required(Kind.TEXT, replaces=Replaces.ALWAYS),
        "environment": either(Kind.TEXT, replaces=Replaces.IF_CONFIGURED, deprecated="This attribute is deprecated."),
        "zoneId": either(Kind.TEXT, replaces=Replaces.IF_CONFIGURED),
        "zoneName": either(Kind.TEXT, replaces=Replaces.IF_CONFIGURED),
        "certId": computed(Kind.TEXT),
    },
    create=Call(method="PUT", path=DOMAINS),
    read=Call(method="GET", path=DOMAINS + "/{id}"),
    delete=Call(method="DELETE", path=DOMAINS + "/{id}"),
    import_id="account_id=accountId/domain_id=id",
)

SCRIPT_SUBDOMAIN = Resource(
    schema_version=None,
    properties={
        "id": computed(Kind.TEXT, api="", keep=True),
        "scriptName": in_path(),
        "accountId": in_path(),
        "enabled": required(Kind.FLAG),
        "previewsEnabled": either(Kind.FLAG),
    },
    create=Call(method="POST", path=SUBDOMAIN),
    read=Call(method="GET", path=SUBDOMAIN),
    update=Call(method="POST", path=SUBDOMAIN),
    delete=Call(method="DELETE", path=SUBDOMAIN),
    id_from="scriptName",
    engine_id="accountId",
    import_id="account_id=accountId/script_name=scriptName",
)

CRON_TRIGGER = Resource(
    properties={
        "id": computed(Kind.TEXT, api="", keep=True, replaces=Replaces.ALWAYS),
        "scriptName": in_path(),
        "accountId": in_path(),
        "schedules": required(
            a_list(an_object(cron=required(Kind.TEXT), createdOn=computed(Kind.TEXT), modifiedOn=computed(Kind.TEXT))),
            refreshed=False,
        ),
    },
    create=Call(method="PUT", path=SCHEDULES, whole="schedules"),
    read=Call(method="GET", path=SCHEDULES),
    update=Call(method="PUT", path=SCHEDULES, whole="schedules"),
    warns_of_staying=True,
    id_from="scriptName",
    import_id="account_id=accountId/script_name=scriptName",
)

TYPES = {
    "cloudflare:index/workersRoute:WorkersRoute": ROUTE,
    "cloudflare:index/workersCustomDomain:WorkersCustomDomain": CUSTOM_DOMAIN,
    "cloudflare:index/workersScriptSubdomain:WorkersScriptSubdomain": SCRIPT_SUBDOMAIN,
    "cloudflare:index/workersCronTrigger:WorkersCronTrigger": CRON_TRIGGER,
}
