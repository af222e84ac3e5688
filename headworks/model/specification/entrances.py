"""Where requests come in: routes and their records, settings of zones, Pages sites."""

from typing import Annotated

from pydantic import Field

from headworks.model import naming
from headworks.model.specification.written import Date, Host, Identifier, Name, Text, Written, Zone
from headworks.model.words import RecordType, TlsVersion


class Dns(Written):
    """The DNS record that makes a route reachable."""

    type: RecordType
    """Type of the record."""
    content: Text
    """Where the record points to: a host name for CNAME, else an address; `100::` (AAAA) where there is no origin."""
    proxied: bool = True
    """Whether Cloudflare answers for the host; a route works on a proxied record only."""


class Route(Written):
    """Where requests come in: a route on a zone, or a custom domain."""

    host: Host
    """Host name, such as api.example.com."""
    zone: Zone
    """Name of the zone on Cloudflare that the host belongs to, such as example.com."""
    path: Annotated[str, Field(pattern=naming.PATH.pattern)] = "/*"
    """Path that the route covers; `/*` is the whole host."""
    custom_domain: bool = False
    """true makes a custom domain of the host: Cloudflare keeps its record and certificate, and all paths are covered."""
    dns: Dns | None = None
    """The record of the host; left out when it is kept elsewhere."""


class ZoneSettings(Written):
    """Settings of a zone that this environment owns; one that is left out stays as whoever owns the zone has set it."""

    always_use_https: bool | None = None
    """Whether requests over http are sent on to https."""
    min_tls_version: TlsVersion | None = None
    """Oldest version of TLS that is spoken."""


class PagesSite(Written):
    """A site on Cloudflare Pages. The stack makes the project; its files come from elsewhere."""

    name: Name
    """Name of the project, without the suffix of the environment; also its name on pages.dev."""
    enabled: bool = True
    """false leaves the site out."""
    production_branch: Text = "main"
    """Branch whose deployments are the site."""
    build_command: str = ""
    """What builds the site; empty when it is uploaded built."""
    destination_dir: str = ""
    """Folder of the built site."""
    root_dir: str = ""
    """Folder in which the build runs."""
    compatibility_date: Date
    """Day whose runtime behaviour its functions were written for, as `"YYYY-MM-DD"`."""
    domains: tuple[Host, ...] = ()
    """Custom domains of the site."""
    zone: Zone | None = None
    """Name of the zone in which the domains get their records; left out when they are kept elsewhere."""
    vars: dict[Identifier, str] = {}
    """Plain variables of its builds and functions."""
