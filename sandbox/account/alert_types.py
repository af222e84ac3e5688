"""The types of alerts that this account has: their categories, texts and filters, as `available_alerts` tells them.

Cloudflare has more. A type that is not here is refused by name rather than taken and never looked at again.
"""

from dataclasses import dataclass

from sandbox.account.envelope import Json
from sandbox.account.fields import Kind, one_of, text

SLO = ("99.7", "99.8", "99.9")
IMPACTS = (
    "INCIDENT_IMPACT_NONE",
    "INCIDENT_IMPACT_MINOR",
    "INCIDENT_IMPACT_MAJOR",
    "INCIDENT_IMPACT_CRITICAL",
)

CHOICES = {
    "slo": SLO,
    "incident_impact": IMPACTS,
    "traffic_exclusions": ("security_events",),
    "status": ("Healthy", "Unhealthy"),
}
"""Values of the filters that take no others. `status` in the words of health checks, its only user here."""

FILTERS: dict[str, Kind] = {
    **dict.fromkeys(
        (
            "actions", "affected_asns", "affected_components", "affected_locations", "airport_code",
            "alert_trigger_preferences", "alert_trigger_preferences_value", "enabled", "environment", "event",
            "event_source", "event_type", "group_by", "health_check_id", "input_id", "insight_class", "limit", "logo_tag",
            "megabits_per_second", "new_health", "new_status", "packets_per_second", "pool_id", "pop_names", "product",
            "project_id", "protocol", "query_tag", "requests_per_second", "selectors", "services", "target_hostname",
            "target_ip", "target_zone_name", "token_id", "tunnel_id", "tunnel_name", "type", "where", "zones",
        ),
        text(least=1),
    ),
    **{name: one_of(*values) for name, values in CHOICES.items()},
}  # fmt: skip
"""All filters of Cloudflare's alerts; each takes a list of strings."""


@dataclass(frozen=True)
class AlertType:
    """One type of alert; its name is what a policy says as `alert_type`."""

    category: str
    display_name: str
    description: str
    required: tuple[str, ...] = ()
    """Filters without which a policy is refused."""
    optional: tuple[str, ...] = ()
    enterprise: bool = False
    """Only accounts of type `enterprise` are entitled to it."""

    def described(self) -> Json:
        return {
            "display_name": self.display_name,
            "description": self.description,
            "filter_options": [_option(name, "1-n") for name in self.required]
            + [_option(name, "0-n") for name in self.optional],
        }


def _option(name: str, range_: str) -> Json:
    values = [{"ID": value, "Description": value} for value in CHOICES.get(name, ())]
    return {"Key": name, "ComparisonOperator": "==", "Range": range_, "AvailableValues": values or None}


ALERT_TYPES: dict[str, AlertType] = {
    "billing_usage_alert": AlertType(
        "Billing",
        "Usage Based Billing",
        "The usage of a product goes above a limit.",
        required=("product", "limit"),
    ),
    "health_check_status_notification": AlertType(
        "Health Checks",
        "Health Check status notification",
        "The health of an origin changes, as a health check sees it.",
        optional=("health_check_id", "status"),
    ),
    "traffic_anomalies_alert": AlertType(
        "Traffic Monitoring",
        "Traffic Anomalies Alert",
        "The traffic of a zone has an unexpected spike or drop.",
        optional=("zones", "alert_trigger_preferences", "group_by", "selectors", "traffic_exclusions", "where"),
    ),
    "incident_alert": AlertType(
        "Cloudflare Status",
        "Incident Alert",
        "Cloudflare has an incident.",
        optional=("affected_components", "incident_impact"),
    ),
    "maintenance_event_notification": AlertType(
        "Cloudflare Status",
        "Maintenance Notification",
        "Cloudflare plans, changes or cancels maintenance of a data centre.",
        optional=("airport_code", "event_type"),
    ),
    "pages_event_alert": AlertType(
        "Pages",
        "Project updates",
        "A deployment of a Pages project starts, fails or succeeds.",
        required=("project_id", "environment", "event"),
    ),
    "universal_ssl_event_type": AlertType(
        "SSL/TLS",
        "Universal SSL Alert",
        "A universal certificate is validated, issued, renewed or expires.",
    ),
    "expiring_service_token_alert": AlertType(
        "Access",
        "Expiring Access Service Token Alert",
        "A service token of Access is about to expire.",
        optional=("token_id",),
    ),
    "failing_logpush_job_disabled_alert": AlertType(
        "Logpush",
        "Failing Logpush Job Disabled",
        "A Logpush job is disabled because it keeps failing.",
    ),
    "dos_attack_l7": AlertType(
        "DoS Protection",
        "HTTP DDoS Attack Alert",
        "An HTTP attack is detected and mitigated.",
    ),
    "http_alert_origin_error": AlertType(
        "Origin Monitoring",
        "Origin Error Rate Alert",
        "High levels of 5xx HTTP errors at your origin.",
        required=("zones", "slo"),
        enterprise=True,
    ),
    "http_alert_edge_error": AlertType(
        "Origin Monitoring",
        "Edge Error Rate Alert",
        "High levels of 5xx HTTP errors at Cloudflare's edge.",
        required=("zones", "slo"),
        enterprise=True,
    ),
    "advanced_http_alert_error": AlertType(
        "Origin Monitoring",
        "Advanced HTTP Alert",
        "High levels of HTTP errors, by status code.",
        required=("zones",),
        optional=("alert_trigger_preferences", "group_by", "slo", "where"),
        enterprise=True,
    ),
}
