"""Cases of the rules about code, what it runs with, how it is reached and watched, and about dispatch namespaces."""

import json

from tests.policies.rule_cases import Spoiled, Unknown


def add_binding(world, **binding):
    world["script"]["bindings"].append(binding)


def alert(world):
    return world["alerts"]["alerts"][0]


def catalogue(world):
    world.platform()
    return world["platform"]["services"]


def route(world, **properties):
    world["routes"]["routes"][0].update(properties)


SPOILED = [
    Spoiled(
        "compatibility-dates-must-be-possible",
        "no compatibility date",
        lambda world: world.add("WorkersScript", "raw", {"scriptName": "raw", "observability": {"enabled": True}}),
        "raw.compatibilityDate: no compatibility date is stated",
        "YYYY-MM-DD",
    ),
    Spoiled(
        "compatibility-dates-must-be-possible",
        "a date that is still to come",
        lambda world: world["code"].update(compatibilityDate="2999-01-01"),
        "code.compatibilityDate: the compatibility date is in the future",
        "tested with",
    ),
    Spoiled(
        "compatibility-dates-must-be-possible",
        "a site with a day that never was",
        lambda world: world.add(
            "PagesProject",
            "raw",
            {"name": "raw", "deploymentConfigs": {"production": {"compatibilityDate": "2026-02-30"}}},
        ),
        "raw.deploymentConfigs.production.compatibilityDate: the compatibility date is no date",
        "YYYY-MM-DD",
    ),
    Spoiled(
        "compatibility-dates-must-be-recent",
        "a date of years ago",
        lambda world: world["code"].update(compatibilityDate="2021-11-02"),
        "code.compatibilityDate: the compatibility date is 24 months old or older",
        "on staging",
    ),
    Spoiled(
        "node-modules-must-have-their-flag",
        "code for Node without the flag",
        lambda world: world["script"].update(compatibilityFlags=[]),
        "script.compatibilityFlags: the code imports modules of Node",
        "`nodejs_compat`",
    ),
    Spoiled(
        "processor-time-must-be-limited-as-today",
        "the retired usage model",
        lambda world: world["script"].update(usageModel="unbound"),
        "script.usageModel: the usage model unbound is retired",
        "`limits.cpu_ms`",
    ),
    Spoiled(
        "processor-time-must-be-limited-as-today",
        "a limit in seconds",
        lambda world: world["code"].update(cpuMs=5),
        "code.cpuMs: a limit of 5 ms of processor time is outside of 10 to 300000",
        "measured",
    ),
    Spoiled(
        "logs-must-be-kept",
        "logs that are switched off",
        lambda world: world["code"]["observability"].update(enabled=False),
        "code.observability.enabled: no logs are kept",
        "{enabled: true}",
    ),
    Spoiled(
        "logs-must-be-kept",
        "logs of none of the requests",
        lambda world: world["code"]["observability"].update(headSamplingRate=0),
        "code.observability.headSamplingRate: logs are kept of none of the requests",
        "`head_sampling_rate`",
    ),
    Spoiled(
        "bound-classes-must-be-exported",
        "a class that the code forgot",
        lambda world: add_binding(world, type="workflow", name="EXPORT", className="ExportWorkflow"),
        "script.content: the code does not export the Workflow class ExportWorkflow",
        "export class ExportWorkflow",
    ),
    Spoiled(
        "called-handlers-must-exist",
        "a schedule for code without a handler",
        lambda world: world["script"].update(content=world["script"]["content"].replace("scheduled", "")),
        "schedules.crons: Cloudflare calls `scheduled` of rockhounding-api, which its code does not have",
        "export a `scheduled` handler",
    ),
    Spoiled(
        "bindings-must-lead-to-resources",
        "a bucket under a name that is misspelled",
        lambda world: world["script"]["bindings"][0].update(bucketName="rockhound-medai"),
        "script.bindings: the binding MEDIA_BUCKET leads to rockhound-medai, which this stack does not make",
        "`elsewhere`",
    ),
    Spoiled(
        "tail-workers-must-exist",
        "logs for a Worker that nobody makes",
        lambda world: world.add("headworks:index:Tail", "tail", {"production": True, "consumers": ["gone"]}),
        "tail.consumers: the tail Worker gone is not made by this stack",
        "`tail_consumers`",
    ),
    Spoiled(
        "workers-must-be-reachable",
        "a companion that nothing leads to",
        lambda world: world.companion("tail"),
        "tail-code.scriptName: nothing leads to the Worker tail",
        "`tail_consumers`",
    ),
    Spoiled(
        "development-must-stay-out-of-production-zones",
        "development beside production",
        lambda world: route(world, host="dev-api.rockhound.app"),
        "routes.routes[0].zone: the zone rockhound.app is production's",
        "workers.dev",
        stack="development",
    ),
    Spoiled(
        "zones-must-serve-https-only",
        "a zone that answers plain HTTP",
        lambda world: world["zone-settings"]["zones"][0].update(alwaysUseHttps=False),
        "zone-settings.zones[0].alwaysUseHttps: requests over plain HTTP are answered",
        "`always_use_https: true`",
    ),
    Spoiled(
        "zones-must-serve-https-only",
        "a raw setting for TLS of 1999",
        lambda world: world.add("ZoneSetting", "raw", {"zoneId": "z", "settingId": "min_tls_version", "value": "1.0"}),
        "raw.value: versions of TLS are spoken that were broken long ago",
        "1.2",
    ),
    Spoiled(
        "debug-paths-must-not-be-routed",
        "a route for debugging",
        lambda world: route(world, path="/debug/*"),
        "routes.routes[0].path: the paths /debug/* for debugging",
        "Access",
    ),
    Spoiled(
        "debug-paths-must-not-be-routed",
        "a raw route for debugging, with a scheme",
        lambda world: world.add("WorkersRoute", "raw", {"zoneId": "z", "pattern": "https://api.rockhound.app/debug*"}),
        "raw.pattern: the paths /debug*",
        "Access",
    ),
    Spoiled(
        "trust-must-follow-the-catalogue",
        "trust for the code of strangers",
        lambda world: (world.platform(), world["platform"].update(services=[], deployOrder=[])),
        "platform.trusted: the namespace is trusted and has no catalogue",
        "`trusted`",
        also={"dispatcher-must-know-every-service"},
    ),
    Spoiled(
        "trust-must-follow-the-catalogue",
        "services of our own that are not trusted",
        lambda world: (world.platform(), world["platform"].update(trusted=False)),
        "holds services of our own and is not trusted",
        "`trusted: true`",
    ),
    Spoiled(
        "services-must-follow-what-they-bind",
        "a service that binds what does not exist",
        lambda world: catalogue(world)[1]["bindings"][0].update(service="bd"),
        "platform.services[1].bindings: the service gateway binds bd, which the catalogue does not have",
        "correct the key",
    ),
    Spoiled(
        "services-must-follow-what-they-bind",
        "an order in which a service comes too early",
        lambda world: (catalogue(world), world["platform"].update(deployOrder=["gateway", "db"])),
        "the service gateway is deployed before db",
        "one direction",
    ),
    Spoiled(
        "dispatcher-must-know-every-service",
        "a list that forgot a service",
        lambda world: (catalogue(world), world["api"]["vars"].update(SERVICES=json.dumps([{"service": "db"}]))),
        "api.vars.SERVICES: the dispatcher's list and the catalogue differ by the service gateway",
        "generate the variable",
    ),
    Spoiled(
        "dispatcher-must-know-every-service",
        "a service without a route",
        lambda world: catalogue(world)[0].update(host="db.example"),
        "platform.services: no route leads to db.example",
        "every service",
    ),
    Spoiled(
        "dispatch-must-stay-in-its-namespace",
        "a deploy service that deploys elsewhere",
        lambda world: (world.platform(), world["api"]["companions"][0]["vars"].update(NAMESPACE="dotdo-staging")),
        "api.companions[0].vars.NAMESPACE: the service deploy deploys into another namespace than dotdo",
        "generate the variable",
    ),
    Spoiled(
        "dispatch-must-stay-in-its-namespace",
        "a dispatcher of another namespace",
        lambda world: (
            world.platform(),
            world.add("WorkersForPlatformsDispatchNamespace", "other", {"name": "other"}, protect=True),
            add_binding(world, type="dispatch_namespace", name="D", namespace="other"),
        ),
        "script.bindings: the dispatcher hands requests to the namespace other",
        "the stack makes",
    ),
    Spoiled(
        "services-must-be-deployed-by-their-service",
        "a script in the namespace",
        lambda world: world.script("raw", dispatchNamespace="dotdo"),
        "raw.dispatchNamespace: a stack uploads a Worker into a dispatch namespace",
        "deploy API",
    ),
    Spoiled(
        "services-must-be-deployed-by-their-service",
        "wrangler from within a stack",
        lambda world: world.add(
            "command:local:Command", "raw", {"create": "wrangler deploy --dispatch-namespace dotdo-production"}
        ),
        "raw.create: a stack uploads a Worker",
        "deploy API",
    ),
    Spoiled(
        "alerts-must-reach-people",
        "a critical alert that only a mailbox gets",
        lambda world: alert(world).update(notify=["mail"]),
        "alerts.alerts[0].notify: the critical alert down goes out by 1 kind of destination, and 2 kinds",
        "different kinds",
    ),
    Spoiled(
        "production-must-alert-on-errors",
        "no alert on errors",
        lambda world: world.remove("alerts"),
        "no alert tells anybody when requests fail",
        "`unreachable`",
    ),
    Spoiled(
        "alerts-must-have-a-mechanism",
        "an alert that nothing watches",
        lambda world: world["alerts"]["alerts"].append({"key": "slow", "severity": "info", "mechanism": "unsupported"}),
        "alerts.alerts: nothing of Cloudflare watches slow as stated",
        "other means",
    ),
]

UNKNOWN = [
    Unknown(
        "compatibility-dates-must-be-possible",
        lambda world: world.script("raw", compatibilityDate=world.unknown),
        lambda world: world["code"].update(compatibilityDate="2999-01-01"),
    ),
    Unknown("compatibility-dates-must-be-recent", lambda world: world.script("raw", compatibilityDate=world.unknown)),
    Unknown(
        "node-modules-must-have-their-flag", lambda world: world["script"].update(compatibilityFlags=world.unknown)
    ),
    Unknown(
        "processor-time-must-be-limited-as-today",
        lambda world: world["script"].update(usageModel=world.unknown),
        lambda world: world["code"].update(cpuMs=5),
    ),
    Unknown("logs-must-be-kept", lambda world: world["code"].update(observability=world.unknown)),
    Unknown("bound-classes-must-be-exported", lambda world: world["script"].update(content=world.unknown)),
    Unknown("called-handlers-must-exist", lambda world: world["script"].update(content=world.unknown)),
    Unknown(
        "bindings-must-lead-to-resources",
        lambda world: world["rockhound-media"].update(name=world.unknown),
        lambda world: add_binding(world, type="service", name="S", service="nobody"),
    ),
    Unknown(
        "tail-workers-must-exist",
        lambda world: world.add("headworks:index:Tail", "tail", {"production": True, "consumers": [world.unknown]}),
    ),
    Unknown("workers-must-be-reachable", lambda world: world["schedules"].update(scriptName=world.unknown)),
    Unknown(
        "development-must-stay-out-of-production-zones",
        lambda world: world["routes"].update(routes=world.unknown),
        stack="development",
    ),
    Unknown(
        "zones-must-serve-https-only",
        lambda world: world["zone-settings"]["zones"][0].update(alwaysUseHttps=world.unknown),
        lambda world: world["zone-settings"]["zones"][0].update(minTlsVersion="1.0"),
    ),
    Unknown("debug-paths-must-not-be-routed", lambda world: route(world, path=world.unknown)),
    Unknown(
        "trust-must-follow-the-catalogue",
        lambda world: (world.platform(), world["platform"].update(trusted=world.unknown)),
    ),
    Unknown(
        "services-must-follow-what-they-bind",
        lambda world: catalogue(world)[1]["bindings"][0].update(service=world.unknown),
    ),
    Unknown(
        "dispatcher-must-know-every-service",
        lambda world: (world.platform(), world["api"]["vars"].update(SERVICES=world.unknown)),
        lambda world: world["platform"]["services"][0].update(host="db.example"),
    ),
    Unknown(
        "dispatch-must-stay-in-its-namespace",
        lambda world: (world.platform(), world["api"]["companions"][0]["vars"].update(NAMESPACE=world.unknown)),
    ),
    Unknown(
        "services-must-be-deployed-by-their-service",
        lambda world: world.add("command:local:Command", "raw", {"create": world.unknown}),
    ),
    Unknown("alerts-must-reach-people", lambda world: alert(world).update(notify=[world.unknown])),
    Unknown("production-must-alert-on-errors", lambda world: world["alerts"].update(alerts=[world.unknown])),
    Unknown("alerts-must-have-a-mechanism", lambda world: alert(world).update(mechanism=world.unknown)),
]
