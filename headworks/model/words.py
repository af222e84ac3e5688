"""The closed lists of words that people write and a resolved environment repeats."""

from typing import Literal

Jurisdiction = Literal["default", "eu", "fedramp"]
"""Where data must stay. One word for a whole environment; `default` is anywhere."""
Location = Literal["apac", "eeur", "enam", "weur", "wnam", "oc"]
"""Where Cloudflare is asked to keep a bucket or database, if it may."""
StorageClass = Literal["Standard", "InfrequentAccess"]
CorsMethod = Literal["GET", "PUT", "POST", "DELETE", "HEAD"]
ObjectEvent = Literal["object-create", "object-delete"]
ReadReplication = Literal["auto", "disabled"]
DatabaseScheme = Literal["postgres", "mysql"]
RateLimitPeriod = Literal[10, 60]
"""Seconds."""
CodeOwner = Literal["pulumi", "wrangler"]
RecordType = Literal["A", "AAAA", "CNAME"]
TlsVersion = Literal["1.0", "1.1", "1.2", "1.3"]
ServiceKind = Literal["domain", "integration", "ai"]
Severity = Literal["critical", "warning", "info"]
Metric = Literal[
    "error_rate",
    "latency_p50",
    "latency_p99",
    "cpu_time",
    "cold_starts",
    "requests",
    "cache_hit_rate",
    "r2_operations",
    "storage_growth",
    "dead_letters",
    "unreachable",
    "deployment_failed",
    "traffic_anomaly",
    "usage",
    "incident",
]
