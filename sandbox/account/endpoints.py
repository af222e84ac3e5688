"""All that this account answers: the endpoint tables of its products in one."""

from sandbox.account import (
    alerting,
    d1,
    d1_transfer,
    dns,
    healthchecks,
    identity,
    kv,
    queues,
    r2,
    r2_events,
    r2_objects,
    r2_rules,
    workflows,
    zone_settings,
    zones,
)
from sandbox.account.router import Endpoint
from sandbox.account.workers import dispatch, domains, references, routes, scripts, secrets, triggers, versions

ENDPOINTS: tuple[Endpoint, ...] = (
    *identity.ENDPOINTS,
    *zones.ENDPOINTS,
    *zone_settings.ENDPOINTS,
    *dns.ENDPOINTS,
    *healthchecks.ENDPOINTS,
    *alerting.ENDPOINTS,
    *kv.ENDPOINTS,
    *r2.ENDPOINTS,
    *r2_rules.ENDPOINTS,
    *r2_objects.ENDPOINTS,
    *r2_events.ENDPOINTS,
    *queues.ENDPOINTS,
    *d1.ENDPOINTS,
    *d1_transfer.ENDPOINTS,
    *scripts.ENDPOINTS,
    *versions.ENDPOINTS,
    *secrets.ENDPOINTS,
    *triggers.ENDPOINTS,
    *routes.ENDPOINTS,
    *domains.ENDPOINTS,
    *references.ENDPOINTS,
    *dispatch.ENDPOINTS,
    *workflows.ENDPOINTS,
)
