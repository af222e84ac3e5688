"""Zones and their settings."""

from typing import Any

from sandbox.provider.schema import (
    Call,
    Kind,
    RefusedError,
    Replaces,
    Resource,
    Special,
    Values,
    a_list,
    an_object,
    computed,
    either,
    in_path,
    optional,
    required,
)

ZONES = "/zones"
SETTING = "/zones/{zoneId}/settings/{settingId}"

TEXT, NUMBER, FLAG, TIME = (computed(kind) for kind in (Kind.TEXT, Kind.NUMBER, Kind.FLAG, Kind.TIME))
TEXTS = computed(a_list(Kind.TEXT))
PLAN = "Please use the `/zones/{zone_id}/subscription` API to update a zone's plan."


def _insist_on_an_id(state: Values, _before: Values, _answer: Any) -> None:
    """A zone without an id would have everything in it replaced."""
    if not state.get("id"):
        raise RefusedError(
            "Zone API returned empty or null zone ID",
            "The answer to a request about a zone has no id, and nothing was taken over from it. Try again.",
        )


ZONE = Resource(
    found_by=("name",),
    properties={
        "id": computed(Kind.TEXT, keep=True),
        "name": required(Kind.TEXT, replaces=Replaces.ALWAYS),
        "account": required(an_object(id=optional(Kind.TEXT)), replaces=Replaces.ALWAYS),
        "paused": either(Kind.FLAG, default=False),
        "type": either(Kind.TEXT, default="full", values=("full", "partial", "secondary", "internal")),
        "vanityNameServers": either(a_list(Kind.TEXT)),
        "activatedOn": TIME,
        "createdOn": TIME,
        "modifiedOn": TIME,
        "developmentMode": NUMBER,
        **dict.fromkeys(("cnameSuffix", "originalDnshost", "originalRegistrar", "status", "verificationKey"), TEXT),
        **dict.fromkeys(("nameServers", "originalNameServers", "permissions"), TEXTS),
        "meta": computed(
            an_object(
                **dict.fromkeys(("cdnOnly", "dnsOnly", "foundationDns", "phishingDetected"), FLAG),
                **dict.fromkeys(("customCertificateQuota", "pageRuleQuota", "step"), NUMBER),
            )
        ),
        "owner": computed(an_object(id=TEXT, name=TEXT, type=TEXT)),
        "plan": computed(
            an_object(
                **dict.fromkeys(("id", "currency", "frequency", "legacyId", "name"), TEXT),
                **dict.fromkeys(("canSubscribe", "externallyManaged", "isSubscribed", "legacyDiscount"), FLAG),
                price=NUMBER,
            ),
            deprecated=PLAN,
        ),
        "tenant": computed(an_object(id=TEXT, name=TEXT)),
        "tenantUnit": computed(an_object(id=TEXT)),
    },
    create=Call(method="POST", path=ZONES),
    read=Call(method="GET", path=ZONES + "/{id}"),
    update=Call(method="PATCH", path=ZONES + "/{id}", only_changes=True),
    delete=Call(method="DELETE", path=ZONES + "/{id}"),
    import_id="zone_id=id",
    special=Special(state=_insist_on_an_id),
)

ZONE_SETTING = Resource(
    properties={
        "id": computed(Kind.TEXT, api="", keep=True, replaces=Replaces.ALWAYS),
        "settingId": in_path(),
        "zoneId": in_path(),
        "value": required(Kind.ANY),
        "enabled": either(Kind.FLAG),
        "editable": FLAG,
        "modifiedOn": TIME,
        "timeRemaining": NUMBER,
    },
    create=Call(method="PATCH", path=SETTING),
    read=Call(method="GET", path=SETTING),
    update=Call(method="PATCH", path=SETTING, only_changes=True),
    warns_of_staying=True,
    id_from="settingId",
    import_id="zone_id=zoneId/setting_id=settingId",
)

TYPES = {
    "cloudflare:index/zone:Zone": ZONE,
    "cloudflare:index/zoneSetting:ZoneSetting": ZONE_SETTING,
}
