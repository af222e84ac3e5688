"""Where requests to a Worker come in."""

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

import pulumi

from components.cloudflare import DnsRecord, WorkersCustomDomain, WorkersRoute
from components.component import Component
from components.zones import zone_ids


class DnsRecordArgs(TypedDict):
    type: str
    """`A`, `AAAA` or `CNAME`."""
    content: str
    proxied: bool
    """A route works only on a host that Cloudflare proxies."""


class RouteArgs(TypedDict):
    host: str
    zone: str
    """The zone's name."""
    path: str
    """A pattern such as `/*`. Not used by a custom domain, which takes the whole host."""
    custom_domain: bool
    dns: NotRequired[DnsRecordArgs]
    """The record that makes the host reachable; a custom domain makes its own."""


class RoutesArgs(TypedDict):
    account_id: str
    script_name: str
    production: bool
    owner: str
    """`wrangler` makes the routes and custom domains itself; the records are the stack's in any case."""
    deployed_script: pulumi.Input[str]
    """The script's name as an output of its upload: no request is routed to a script that is not there."""
    enabled: NotRequired[bool]
    """False takes the Worker off: its routes stay, and lead past it to what is behind the record; custom domains go (R76, T91)."""
    routes: Sequence[RouteArgs]


class Routes(Component):
    """Routes, custom domains and the DNS records beneath them. It does not create zones."""

    def __init__(self, name: str, args: RoutesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("headworks:index:Routes", name, _inputs(args), opts)
        zones = zone_ids((route["zone"] for route in args["routes"]), self)
        for route in args["routes"]:
            zone_id = zones[route["zone"]]
            if args["owner"] == "pulumi":
                (self._custom_domain if route["custom_domain"] else self._route)(name, args, route, zone_id)
            if "dns" in route:
                self._record(name, route, route["dns"], zone_id)
        self.register_outputs({})

    def _route(self, name: str, args: RoutesArgs, route: RouteArgs, zone_id: pulumi.Output[str]) -> None:
        pattern = f"{route['host']}{route['path']}"
        WorkersRoute(
            f"{name}-{pattern}-route",
            zone_id=zone_id,
            pattern=pattern,
            script=args["deployed_script"] if _is_enabled(args) else None,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _custom_domain(self, name: str, args: RoutesArgs, route: RouteArgs, zone_id: pulumi.Output[str]) -> None:
        if not _is_enabled(args):
            return
        WorkersCustomDomain(
            f"{name}-{route['host']}-domain",
            account_id=args["account_id"],
            hostname=route["host"],
            service=args["deployed_script"],
            environment="production",  # deprecated, but what the API answers: unsaid, it replaces the domain
            zone_id=zone_id,
            # Created before the deletion, the new domain would be the one that the deletion then removes.
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )

    def _record(self, name: str, route: RouteArgs, record: DnsRecordArgs, zone_id: pulumi.Output[str]) -> None:
        DnsRecord(
            f"{name}-{route['host']}-record",
            zone_id=zone_id,
            name=route["host"],
            type=record["type"],
            content=record["content"],
            proxied=record["proxied"],
            ttl=1,  # automatic, the only one that a proxied record may have
            # A record of another type cannot be made beside the old one (81053).
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )


def _is_enabled(args: RoutesArgs) -> bool:
    return args.get("enabled", True)


def _inputs(args: RoutesArgs) -> dict[str, Any]:
    return {
        "accountId": args["account_id"],
        "scriptName": args["script_name"],
        "production": args["production"],
        "enabled": _is_enabled(args),
        "routes": [_route_inputs(route) for route in args["routes"]],
    }


def _route_inputs(route: RouteArgs) -> dict[str, Any]:
    inputs: dict[str, Any] = {
        "host": route["host"],
        "path": route["path"],
        "zone": route["zone"],
        "customDomain": route["custom_domain"],
    }
    if "dns" in route:
        inputs["proxied"] = route["dns"]["proxied"]
        inputs["record"] = {"type": route["dns"]["type"], "content": route["dns"]["content"]}
    return inputs
