"""A Pages site: its project, its domains, and the records that lead there."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi

from components.cloudflare import DnsRecord, PagesConfiguration, PagesDomain, PagesProject
from components.component import Component
from components.protection import stateful
from components.zones import zone_ids


class PagesSiteArgs(TypedDict):
    account_id: str
    production: bool
    key: str
    """The key in the system's file."""
    name: str
    """The physical name. Another name is another project, without the deployments."""
    production_branch: str
    build_command: str
    destination_dir: str
    root_dir: str
    compatibility_date: str
    """Of the functions."""
    vars: Mapping[str, str]
    """What builds and functions are told; secrets are set in the account."""
    domains: Sequence[str]
    zone: NotRequired[str]
    """Name of the zone that the domains are in; without it the records are somebody else's."""


class PagesSite(Component):
    """A Pages project with its domains. It deploys no files: `wrangler pages deploy` or a connected repository does."""

    subdomain: pulumi.Output[str]
    """Where the site answers without a domain of its own, `<name>.pages.dev` if that was free."""

    def __init__(self, name: str, args: PagesSiteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("headworks:index:PagesSite", name, _inputs(args), opts)
        project = self._project(f"{name}-project", args)
        self.subdomain = project.subdomain
        zones = zone_ids([args["zone"]] if "zone" in args and args["domains"] else [], self)
        for domain in args["domains"]:
            PagesDomain(
                f"{name}-{domain}-domain",
                account_id=args["account_id"],
                project_name=project.name,
                name=domain,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for zone_id in zones.values():
                self._record(f"{name}-{domain}-record", domain, zone_id)
        self.register_outputs({"subdomain": self.subdomain})

    def _project(self, name: str, args: PagesSiteArgs) -> PagesProject:
        """Both configurations are said: with one alone the other one gets defaults."""
        configuration = _configuration(args)
        return PagesProject(
            name,
            account_id=args["account_id"],
            name=args["name"],
            production_branch=args["production_branch"],
            # An empty configuration is read back as none, and each `up` would set it again.
            build_config={
                "build_command": args["build_command"],
                "destination_dir": args["destination_dir"],
                "root_dir": args["root_dir"],
            }
            if args["build_command"] or args["destination_dir"] or args["root_dir"]
            else None,
            deployment_configs={"preview": configuration, "production": configuration},
            opts=stateful(self, production=args["production"]),
        )

    def _record(self, name: str, domain: str, zone_id: pulumi.Output[str]) -> None:
        DnsRecord(
            name,
            zone_id=zone_id,
            name=domain,
            type="CNAME",
            content=self.subdomain,
            proxied=True,
            ttl=1,  # automatic, the only one that a proxied record may have
            # A record of another type cannot be made beside the old one (81053).
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )


def _configuration(args: PagesSiteArgs) -> PagesConfiguration:
    stated: PagesConfiguration = {"compatibility_date": args["compatibility_date"], "fail_open": True}
    if args["vars"]:
        stated["env_vars"] = {name: {"type": "plain_text", "value": value} for name, value in args["vars"].items()}
    return stated


def _inputs(args: PagesSiteArgs) -> dict[str, Any]:
    return {
        "accountId": args["account_id"],
        "production": args["production"],
        "key": args["key"],
        "name": args["name"],
        "productionBranch": args["production_branch"],
        "compatibilityDate": args["compatibility_date"],
        "vars": dict(args["vars"]),
        "domains": list(args["domains"]),
    }
