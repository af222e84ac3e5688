"""Workers for Platforms: a catalogue of services behind a dispatcher.

Each case is what the environment of staging says over the shop (see conftest): one slip, one finding.
"""

import pytest

SERVICE = "{main: a.ts, compatibility_date: '2026-02-25'}"
NEEDS = "{main: a.ts, compatibility_date: '2026-02-25', bindings: {OTHER: %s}}"
PLATFORM = "{namespace: shop, host: '%s', zone: '%s', services: {%s}}"

SLIPS = [
    # what, the words of the environment, path, reason, fix
    (
        "a platform without the companion that deploys",
        "platform: {namespace: shop, deploy: deploy}",
        "platform.deploy",
        "no companion has this key",
        "under 'workers'",
    ),
    (
        "a namespace with a name that Cloudflare refuses",
        "platform: {namespace: Shop}",
        "platform.namespace",
        "as the name of this dispatch namespace",
        "change the name",
    ),
    (
        "a variable where the list of services goes",
        "worker: {vars: {SERVICES: x}}\n"
        "platform: " + PLATFORM % ("{service}.shop.example", "shop.example", f"a: {SERVICE}"),
        "platform.services_variable",
        "'SERVICES' is taken by worker.vars.SERVICES",
        "rename",
    ),
    (
        "a route of ours for the host of a service",
        "routes: [{host: a.shop.example, zone: shop.example}]\n"
        "platform: " + PLATFORM % ("{service}.shop.example", "shop.example", f"a: {SERVICE}"),
        "routes[0].host",
        "an earlier route has the same host and path, platform.services.a",
        "change its path",
    ),
    (
        "services that wait for one another",
        "platform: " + PLATFORM % ("{service}.a.io", "a.io", f"a: {NEEDS % 'b'}, b: {NEEDS % 'c'}, c: {NEEDS % 'a'}"),
        "platform.services.a.bindings",
        "services wait for one another: a → b → c → a; none of them can be deployed first",
        "take one of these bindings out",
    ),
    (
        "a service that waits for itself",
        "platform: " + PLATFORM % ("{service}.a.io", "a.io", f"a: {NEEDS % 'a'}"),
        "platform.services.a.bindings",
        "services wait for one another: a → a",
        "take one of these bindings out",
    ),
    (
        "a service that binds one that is not in the catalogue",
        "platform: " + PLATFORM % ("{service}.a.io", "a.io", f"a: {NEEDS % 'b'}"),
        "platform.services.a.bindings.OTHER",
        "no service has this key; there are a",
        "under 'platform.services'",
    ),
    (
        "services that nobody can reach",
        "platform: {namespace: shop, zone: a.io, services: {a: " + SERVICE + "}}",
        "platform.host",
        "without it no request reaches a service in the environment 'staging'",
        '"{service}.example.com"',
    ),
    (
        "services at one host",
        "platform: " + PLATFORM % ("www.a.io", "a.io", f"a: {SERVICE}, b: {SERVICE}"),
        "platform.host",
        "all 2 services would have this host",
        "{service}",
    ),
    (
        "a template that makes no host",
        "platform: " + PLATFORM % ("{service}_x.a.io", "a.io", f"a: {SERVICE}"),
        "platform.host",
        "for the service a this is 'a_x.a.io', which is no host name",
        "{service}.example.com",
    ),
    (
        "a template outside of its zone",
        "platform: " + PLATFORM % ("{service}.a.io", "b.io", f"a: {SERVICE}"),
        "platform.zone",
        "its host a.a.io does not lie within it",
        "the zone that the hosts belong to",
    ),
]


@pytest.mark.parametrize("slip", SLIPS, ids=[slip[0] for slip in SLIPS])
def test_words_that_do_not_go_together_are_told_with_place_reason_and_fix(shop, slip):
    _, words, path, reason, fix = slip
    shop.say(words)
    shop.expect(path, reason, fix)
