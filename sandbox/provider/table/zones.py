"""Zones and their settings."""

from sandbox.provider.schema import (
    Call,
    Kind,
    Replaces,
    Resource,
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
