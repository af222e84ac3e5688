"""Workers for Platforms: one namespace per environment, a catalogue that everybody agrees on, one way in."""

import json
import re
from collections.abc import Iterator

from pulumi_policy import Severity

from policies.graph import Resource, Stack
from policies.properties import Properties
from policies.rule import EVERYWHERE, OUTSIDE_DEVELOPMENT, ResourceRule, StackRule, Violation
from policies.script import workers
from policies.tokens import DISPATCH_PLATFORM, LOCAL_COMMAND, REMOTE_COMMAND, ROUTES, WORKER_ENVIRONMENT, WORKERS_SCRIPT


def wrong_trust(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    platform = resource.properties
    trusted, has_services = platform.flag("trusted"), bool(platform.tables("services"))
    if not platform.is_known("services") or trusted is None:
        return
    if trusted and not has_services:
        yield Violation(
            "the namespace is trusted and has no catalogue of services of our own, so code of strangers would share the zone's cache and see `request.cf`.",
            "take `trusted` out, or list the services that belong into the namespace.",
            property="trusted",
        )
    elif not trusted and has_services:
        yield Violation(
            "the namespace holds services of our own and is not trusted, so they have neither `request.cf` nor a cache in common.",
            "set `trusted: true`; for code of customers make another namespace.",
            property="trusted",
        )


def wrong_order(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    services = resource.properties.tables("services")
    keys = [service.text("key") for service in services]
    order = resource.properties.texts("deployOrder") or keys
    for index, service in enumerate(services):
        for binding in service.tables("bindings"):
            key, bound = keys[index], binding.text("service")
            if key is None or bound is None or None in keys:
                continue
            if bound not in keys:
                consequence = (
                    f"the service {key} binds {bound}, which the catalogue does not have, so its deployment is refused."
                )
                fix = "correct the key, or add the service to the catalogue."
            elif key in order and bound in order and order.index(bound) >= order.index(key):
                consequence = f"the service {key} is deployed before {bound}, which it binds, so a rebuild of the namespace fails at it."
                fix = "let services bind each other in one direction only."
            else:
                continue
            yield Violation(consequence, fix, property=f"services[{index}].bindings")


def wrong_catalogue(stack: Stack, _settings: Properties) -> Iterator[Violation]:
    hosts = {route.text("host") for routes in stack.of_type(ROUTES) for route in routes.properties.tables("routes")}
    routes_are_known = all(routes.properties.is_known("routes") for routes in stack.of_type(ROUTES))
    for platform in stack.of_type(DISPATCH_PLATFORM):
        services = {each.text("key"): each.text("host") for each in platform.properties.tables("services")}
        variable = platform.properties.text("servicesVariable") or ""
        for environment in stack.of_type(WORKER_ENVIRONMENT):
            listed = _listed(environment.properties.table("vars").text(variable))
            if (
                listed is not None
                and listed != set(services)
                and not environment.properties.table("vars").is_unknown(variable)
            ):
                apart = min(str(each) for each in listed ^ set(services))
                yield Violation(
                    f"the dispatcher's list and the catalogue differ by the service {apart}: one answers 404 for what the other deployed.",
                    "let the model generate the variable, and do not write it by hand.",
                    property=f"vars.{variable}",
                    resource=environment,
                )
        for key, host in services.items():
            if host and host not in hosts and routes_are_known:
                yield Violation(
                    f"no route leads to {host}, so no request reaches the service {key}.",
                    "let the dispatcher have a route for the host of every service.",
                    property="services",
                    resource=platform,
                )


def _listed(text: str | None) -> set[str | None] | None:
    """Services of the dispatcher's variable; an empty set if it holds no list, None if nothing is there to be read."""
    if text is None:
        return None
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        return set()
    if not isinstance(entries, list):
        return set()
    return {entry["service"] for entry in entries if isinstance(entry, dict) and isinstance(entry.get("service"), str)}


def wrong_namespace(stack: Stack, _settings: Properties) -> Iterator[Violation]:
    for platform in stack.of_type(DISPATCH_PLATFORM):
        namespace = platform.properties.text("namespace")
        variable, deployer = platform.properties.text("namespaceVariable") or "", platform.properties.text("deploy")
        for environment in stack.of_type(WORKER_ENVIRONMENT):
            for prefix, worker in workers(environment.properties):
                told = worker.table("vars").text(variable)
                if deployer and worker.text("key") == deployer and namespace and told is not None and told != namespace:
                    yield Violation(
                        f"the service {deployer} deploys into another namespace than {namespace}, so what is meant for this environment lands in another one.",
                        "let the model generate the variable, and do not write it by hand.",
                        property=f"{prefix}vars.{variable}",
                        resource=environment,
                    )
        for script in stack.of_type(WORKERS_SCRIPT):
            for binding in script.properties.tables("bindings"):
                bound = binding.text("namespace") if binding.text("type") == "dispatch_namespace" else None
                if bound and namespace and bound != namespace:
                    yield Violation(
                        f"the dispatcher hands requests to the namespace {bound}, and this environment's is {namespace}.",
                        "bind the namespace that the stack makes.",
                        property="bindings",
                        resource=script,
                    )


UPLOADS_INTO = re.compile(r"--dispatch-namespace\b|/dispatch/namespaces/[^/\s]+/scripts\b")
"""How wrangler and the API are told to upload into a namespace."""

COMMANDS = ("create", "update")


def uploads_past_the_service(resource: Resource, _settings: Properties) -> Iterator[Violation]:
    properties = resource.properties
    if resource.type == WORKERS_SCRIPT:
        paths = [] if properties.is_missing("dispatchNamespace") else ["dispatchNamespace"]
    else:
        paths = [key for key in COMMANDS if UPLOADS_INTO.search(properties.text(key) or "")]
    for path in paths:
        yield Violation(
            "a stack uploads a Worker into a dispatch namespace, past the service that keeps the history of deployments for the audit.",
            "deploy it through the deploy API. In an emergency use wrangler, and record the incident.",
            property=path,
        )


RULES = (
    ResourceRule(
        id="trust-must-follow-the-catalogue",
        title="Trusted mode is for our own services",
        description="A dispatch namespace is in trusted mode if, and only if, it has a catalogue of our own services.",
        details="Judged is `DispatchPlatform`. In trusted mode all Workers of the namespace share the zone's cache: one customer's code could read what another one's cached.",
        requirements=("D2", "D3"),
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        remediation="One namespace for our own services, trusted; another one for code of others, not trusted.",
        types=frozenset({DISPATCH_PLATFORM}),
        check=wrong_trust,
    ),
    ResourceRule(
        id="services-must-follow-what-they-bind",
        title="Services are deployed after those that they bind",
        description="Every service that another one binds is in the catalogue, and before it in the order of deployment.",
        details="Judged is `DispatchPlatform`: `services` and `deployOrder`.",
        requirements=("D14", "D15"),
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        remediation="Correct `bindings` of the service; the model finds the order by itself.",
        types=frozenset({DISPATCH_PLATFORM}),
        check=wrong_order,
    ),
    StackRule(
        id="dispatcher-must-know-every-service",
        title="The dispatcher knows every service",
        description="The dispatcher's list of services is the catalogue, and each of them has a route.",
        details="Judged are the dispatcher's variable that `servicesVariable` of the `DispatchPlatform` names, and the hosts of all routes.",
        requirements=("D5", "D9", "D11"),
        severity=Severity.HIGH,
        levels=OUTSIDE_DEVELOPMENT,
        remediation="Leave list and routes to the model, which makes them from the catalogue.",
        check=wrong_catalogue,
    ),
    StackRule(
        id="dispatch-must-stay-in-its-namespace",
        title="Dispatcher and deploy service work on the environment's namespace",
        description="What deploys and what dispatches are bound to the namespace of their own environment.",
        details="Judged are the variable that `namespaceVariable` of the `DispatchPlatform` names, on the Worker that `deploy` names, and bindings of the type `dispatch_namespace`.",
        requirements=("D10", "D13"),
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        remediation="Leave variable and binding to the model and the components.",
        check=wrong_namespace,
    ),
    ResourceRule(
        id="services-must-be-deployed-by-their-service",
        title="Nothing but the deploy service uploads into a namespace",
        description="No resource of a stack uploads a Worker into a dispatch namespace.",
        details="Judged are `dispatchNamespace` of `WorkersScript`, and what the commands of pulumi-command do. Development is left out: there wrangler may (D28). Uploads by wrangler itself are not in a graph; the audit of the deploy service shows that they are missing there.",
        requirements=("D27", "D28", "D37"),
        severity=Severity.CRITICAL,
        levels=OUTSIDE_DEVELOPMENT,
        remediation="Take the resource out and deploy through the deploy API. In an emergency (D37) wrangler itself may, with a `break-glass` attestation and a report of the incident; a stack may not.",
        types=frozenset({WORKERS_SCRIPT, LOCAL_COMMAND, REMOTE_COMMAND}),
        check=uploads_past_the_service,
    ),
)
