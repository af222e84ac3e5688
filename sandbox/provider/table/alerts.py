"""Notification policies, the webhooks that they send to, and health checks."""

from sandbox.provider.schema import (
    Call,
    Kind,
    Property,
    Resource,
    a_list,
    a_map,
    a_set,
    an_object,
    computed,
    either,
    in_path,
    optional,
    required,
)

POLICIES = "/accounts/{accountId}/alerting/v3/policies"
WEBHOOKS = "/accounts/{accountId}/alerting/v3/destinations/webhooks"
HEALTHCHECKS = "/zones/{zoneId}/healthchecks"

SINGULAR = {
    "airportCodes": "airport_code",
    "alertTriggerPreferencesValues": "alert_trigger_preferences_value",
    "enableds": "enabled",
    "environments": "environment",
    "events": "event",
    "eventSources": "event_source",
    "eventTypes": "event_type",
    "groupBies": "group_by",
    "healthCheckIds": "health_check_id",
    "inputIds": "input_id",
    "insightClasses": "insight_class",
    "limits": "limit",
    "logoTags": "logo_tag",
    "megabitsPerSeconds": "megabits_per_second",
    "newHealths": "new_health",
    "newStatuses": "new_status",
    "packetsPerSeconds": "packets_per_second",
    "poolIds": "pool_id",
    "products": "product",
    "projectIds": "project_id",
    "protocols": "protocol",
    "queryTags": "query_tag",
    "requestsPerSeconds": "requests_per_second",
    "slos": "slo",
    "statuses": "status",
    "targetHostnames": "target_hostname",
    "targetIps": "target_ip",
    "targetZoneNames": "target_zone_name",
    "tokenIds": "token_id",
    "tunnelIds": "tunnel_id",
    "tunnelNames": "tunnel_name",
    "types": "type",
    "wheres": "where",
}
"""Filters that the API calls by their singular."""
PLURAL = (
    *("actions", "affectedAsns", "affectedComponents", "affectedLocations", "alertTriggerPreferences", "popNames"),
    *("selectors", "services", "zones"),
)

ALERT_TYPES = (
    *("abuse_report_alert", "access_custom_certificate_expiration_type", "advanced_ddos_attack_l4_alert"),
    *("advanced_ddos_attack_l7_alert", "advanced_http_alert_error", "bgp_hijack_notification"),
    *("billing_usage_alert", "block_notification_block_removed", "block_notification_new_block"),
    *("block_notification_review_rejected", "bot_traffic_basic_alert", "brand_protection_alert"),
    *("brand_protection_digest", "clickhouse_alert_fw_anomaly", "clickhouse_alert_fw_ent_anomaly"),
    *("cloudforce_one_request_notification", "cni_maintenance_notification", "custom_analytics"),
    *("custom_bot_detection_alert", "custom_ssl_certificate_event_type", "dedicated_ssl_certificate_event_type"),
    *("device_connectivity_anomaly_alert", "dos_attack_l4", "dos_attack_l7", "expiring_service_token_alert"),
    *("failing_logpush_job_disabled_alert", "fbm_auto_advertisement", "fbm_dosd_attack", "fbm_volumetric_attack"),
    *("health_check_status_notification", "hostname_aop_custom_certificate_expiration_type"),
    *("http_alert_edge_error", "http_alert_origin_error", "image_notification", "image_resizing_notification"),
    *("incident_alert", "load_balancing_health_alert", "load_balancing_pool_enablement_alert", "logo_match_alert"),
    *("magic_tunnel_health_check_event", "magic_wan_tunnel_health", "maintenance_event_notification"),
    *("mtls_certificate_store_certificate_expiration_type", "pages_event_alert", "radar_notification"),
    *("real_origin_monitoring", "scriptmonitor_alert_new_code_change_detections", "scriptmonitor_alert_new_hosts"),
    *("scriptmonitor_alert_new_malicious_hosts", "scriptmonitor_alert_new_malicious_scripts"),
    *("scriptmonitor_alert_new_malicious_url", "scriptmonitor_alert_new_max_length_resource_url"),
    *("scriptmonitor_alert_new_resources", "secondary_dns_all_primaries_failing"),
    *("secondary_dns_primaries_failing", "secondary_dns_warning", "secondary_dns_zone_successfully_updated"),
    *("secondary_dns_zone_validation_warning", "security_insights_alert", "sentinel_alert"),
    *("stream_live_notifications", "synthetic_test_latency_alert", "synthetic_test_low_availability_alert"),
    *("traffic_anomalies_alert", "tunnel_health_event", "tunnel_update_event", "universal_ssl_event_type"),
    *("web_analytics_metrics_update", "zone_aop_custom_certificate_expiration_type"),
)
IMPACTS = tuple(f"INCIDENT_IMPACT_{impact}" for impact in ("NONE", "MINOR", "MAJOR", "CRITICAL"))


def _one_of(*values: str) -> Property:
    return a_list(Property(kind=Kind.TEXT, values=values))


def _receivers(api: str | None = None) -> Property:
    return optional(a_set(an_object(id=optional(Kind.TEXT))), api=api)


POLICY = Resource(
    found_by=("name", "alert_type"),
    properties={
        "id": computed(Kind.TEXT, keep=True),
        "accountId": in_path(),
        "alertType": required(Kind.TEXT, values=ALERT_TYPES),
        "name": required(Kind.TEXT),
        "mechanisms": required(
            an_object(emails=_receivers("email"), pagerduties=_receivers("pagerduty"), webhooks=_receivers())
        ),
        "alertInterval": optional(Kind.TEXT),
        "description": optional(Kind.TEXT),
        "filters": optional(
            an_object(
                **{name: optional(a_list(Kind.TEXT), api=api) for name, api in SINGULAR.items()},
                **{name: optional(a_list(Kind.TEXT)) for name in PLURAL},
                incidentImpacts=optional(_one_of(*IMPACTS), api="incident_impact"),
                trafficExclusions=optional(_one_of("security_events")),
            )
        ),
        "enabled": either(Kind.FLAG, default=True),
        "created": computed(Kind.TIME),
        "modified": computed(Kind.TIME),
    },
    create=Call(method="POST", path=POLICIES),
    read=Call(method="GET", path=POLICIES + "/{id}"),
    update=Call(method="PUT", path=POLICIES + "/{id}"),
    delete=Call(method="DELETE", path=POLICIES + "/{id}"),
    import_id="account_id=accountId/policy_id=id",
)

WEBHOOK = Resource(
    found_by=("name", "url"),
    properties={
        "id": computed(Kind.TEXT, keep=True),
        "accountId": in_path(),
        "name": required(Kind.TEXT),
        "url": required(Kind.TEXT),
        "secret": optional(Kind.TEXT, secret=True, refreshed=False),
        "createdAt": computed(Kind.TIME),
        "lastFailure": computed(Kind.TIME),
        "lastSuccess": computed(Kind.TIME),
        "type": computed(Kind.TEXT),
    },
    create=Call(method="POST", path=WEBHOOKS),
    read=Call(method="GET", path=WEBHOOKS + "/{id}"),
    update=Call(method="PUT", path=WEBHOOKS + "/{id}"),
    delete=Call(method="DELETE", path=WEBHOOKS + "/{id}"),
    import_id="account_id=accountId/webhook_id=id",
)

REGIONS = (
    *("WNAM", "ENAM", "WEU", "EEU", "NSAM", "SSAM", "OC", "ME", "NAF", "SAF", "IN", "SEAS", "NEAS", "ALL_REGIONS"),
)

HEALTHCHECK = Resource(
    found_by=("name", "address"),
    properties={
        "id": computed(Kind.TEXT, keep=True),
        "zoneId": in_path(),
        "name": required(Kind.TEXT),
        "address": required(Kind.TEXT),
        "checkRegions": optional(_one_of(*REGIONS)),
        "consecutiveFails": either(Kind.WHOLE, default=1),
        "consecutiveSuccesses": either(Kind.WHOLE, default=1),
        "description": either(Kind.TEXT, default=""),
        "interval": either(Kind.WHOLE, default=60),
        "retries": either(Kind.WHOLE, default=2),
        "suspended": either(Kind.FLAG, default=False),
        "timeout": either(Kind.WHOLE, default=5),
        "type": either(Kind.TEXT, default="HTTP"),
        "httpConfig": either(
            an_object(
                allowInsecure=either(Kind.FLAG, default=False),
                expectedBody=either(Kind.TEXT, default=""),
                expectedCodes=optional(a_list(Kind.TEXT)),
                followRedirects=either(Kind.FLAG, default=False),
                header=optional(a_map(a_list(Kind.TEXT))),
                method=either(Kind.TEXT, default="GET", values=("GET", "HEAD")),
                path=either(Kind.TEXT, default="/"),
                port=either(Kind.WHOLE, default=80),
            )
        ),
        "tcpConfig": either(
            an_object(
                method=either(Kind.TEXT, default="connection_established", values=("connection_established",)),
                port=either(Kind.WHOLE, default=80),
            )
        ),
        "createdOn": computed(Kind.TIME),
        "modifiedOn": computed(Kind.TIME),
        "failureReason": computed(Kind.TEXT),
        "status": computed(Kind.TEXT),
    },
    create=Call(method="POST", path=HEALTHCHECKS),
    read=Call(method="GET", path=HEALTHCHECKS + "/{id}"),
    update=Call(method="PUT", path=HEALTHCHECKS + "/{id}"),
    delete=Call(method="DELETE", path=HEALTHCHECKS + "/{id}"),
    import_id="zone_id=zoneId/healthcheck_id=id",
)

TYPES = {
    "cloudflare:index/notificationPolicy:NotificationPolicy": POLICY,
    "cloudflare:index/notificationPolicyWebhooks:NotificationPolicyWebhooks": WEBHOOK,
    "cloudflare:index/healthcheck:Healthcheck": HEALTHCHECK,
}
