"""Where requests come in."""

from headworks.model.environment.resolved import Resolved
from headworks.model.words import RecordType, TlsVersion


class DnsRecord(Resolved):
    """The record that makes a route reachable (R23); a custom domain makes its own."""

    type: RecordType
    content: str
    proxied: bool


class Route(Resolved):
    """Where requests come in: a route on a zone (`path` set), or a custom domain (`custom_domain`)."""

    host: str
    zone: str
    """Name of the zone, for example rockhound.app."""
    path: str
    custom_domain: bool
    dns: DnsRecord | None


class ZoneSettings(Resolved):
    """Settings of a zone that this environment owns (T109). None leaves a setting to whoever owns it."""

    zone: str
    always_use_https: bool | None = None
    min_tls_version: TlsVersion | None = None


class PagesSite(Resolved):
    key: str
    name: str
    production_branch: str
    build_command: str
    destination_dir: str
    root_dir: str
    compatibility_date: str
    domains: tuple[str, ...]
    """Custom domains. Each gets a proxied CNAME in `zone`."""
    zone: str | None
    vars: dict[str, str]
