"""What follows from a platform's catalogue of services: an order, hosts, routes of the dispatcher, variables of the code."""

import json

from headworks.model import environment
from headworks.model.physical import service_hosts
from headworks.model.specification.platform import Platform

ORIGINLESS = environment.DnsRecord(type="AAAA", content="100::", proxied=True)
"""The record of a host behind which there is only a Worker: an address from the discard prefix, which nobody reaches."""


def platform(written: Platform, namespace: str) -> environment.Platform:
    """The platform, with the services in an order in which they can be deployed (D15)."""
    return environment.Platform(
        namespace=namespace,
        trusted=written.trusted,
        binding=written.binding,
        services_variable=written.services_variable,
        deploy=written.deploy,
        namespace_variable=written.namespace_variable,
        services=tuple(
            environment.Service(key=key, host=host, zone=zone, **dict(written.services[key]))
            for key, (host, zone) in service_hosts(written).items()
        ),
    )


def service_routes(resolved: environment.Platform) -> tuple[environment.Route, ...]:
    """A route of the dispatcher for the host of each service (D6, D9)."""
    return tuple(
        environment.Route(host=service.host, zone=service.zone, path="/*", custom_domain=False, dns=ORIGINLESS)
        for service in resolved.services
    )


def generated_variables(
    written: Platform, resolved: environment.Platform, account_id: str
) -> dict[str | None, dict[str, str]]:
    """Variables by the key of the Worker that gets them (None is the main one): what it works on (D11, D13)."""
    services = [{"service": service.key, "host": service.host} for service in resolved.services]
    generated: dict[str | None, dict[str, str]] = {}
    if services:
        generated[None] = {written.services_variable: json.dumps(services, separators=(",", ":"))}
    if written.deploy:
        generated[written.deploy] = {
            written.namespace_variable: resolved.namespace,
            written.account_variable: account_id,
        }
    return generated
