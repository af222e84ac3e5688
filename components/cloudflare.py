"""The resource classes of `pulumi_cloudflare` that the components use, and none of its other 250 modules.

`import pulumi_cloudflare` runs all of its modules: about 3 seconds and 160 MB before a program has begun. Its resource modules
work alone, so the package is entered here without its `__init__`, which runs only if somebody asks the package for
a name (docs/decisions/importing-the-provider.md). A module is loaded when somebody imports its class from here: nobody pays
for resources that their system does not have.
"""

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_cloudflare import (
        D1Database,
        DnsRecord,
        Healthcheck,
        NotificationPolicy,
        NotificationPolicyWebhooks,
        PagesDomain,
        PagesProject,
        Queue,
        QueueConsumer,
        R2Bucket,
        R2BucketCors,
        R2BucketEventNotification,
        R2BucketLifecycle,
        R2BucketLock,
        WorkersCronTrigger,
        WorkersCustomDomain,
        WorkersDeployment,
        WorkersForPlatformsDispatchNamespace,
        WorkersKvNamespace,
        WorkersRoute,
        WorkersScript,
        WorkersScriptSubdomain,
        Workflow,
        ZoneSetting,
        get_zone_output,
    )
    from pulumi_cloudflare import HealthcheckHttpConfigArgsDict as HealthcheckRequest
    from pulumi_cloudflare import NotificationPolicyFiltersArgsDict as PolicyFilters
    from pulumi_cloudflare import NotificationPolicyMechanismsArgsDict as PolicyMechanisms
    from pulumi_cloudflare import PagesProjectDeploymentConfigsProductionArgsDict as PagesConfiguration
    from pulumi_cloudflare import QueueConsumerSettingsArgsDict as ConsumerSettings
    from pulumi_cloudflare import QueueSettingsArgsDict as QueueSettings
    from pulumi_cloudflare import R2BucketCorsRuleAllowedArgsDict as CorsAllowed
    from pulumi_cloudflare import R2BucketCorsRuleArgsDict as CorsRule
    from pulumi_cloudflare import R2BucketEventNotificationRuleArgsDict as NotificationRule
    from pulumi_cloudflare import R2BucketLifecycleRuleArgsDict as LifecycleRule
    from pulumi_cloudflare import R2BucketLockRuleArgsDict as LockRule
    from pulumi_cloudflare import WorkersScriptBindingArgsDict as Binding
    from pulumi_cloudflare import WorkersScriptObservabilityArgsDict as Observability
else:
    from components.provider_package import enter

    _MODULES = {
        "D1Database": "d1_database",
        "DnsRecord": "dns_record",
        "Healthcheck": "healthcheck",
        "NotificationPolicy": "notification_policy",
        "NotificationPolicyWebhooks": "notification_policy_webhooks",
        "PagesDomain": "pages_domain",
        "PagesProject": "pages_project",
        "Queue": "queue",
        "QueueConsumer": "queue_consumer",
        "R2Bucket": "r2_bucket",
        "R2BucketCors": "r2_bucket_cors",
        "R2BucketEventNotification": "r2_bucket_event_notification",
        "R2BucketLifecycle": "r2_bucket_lifecycle",
        "R2BucketLock": "r2_bucket_lock",
        "WorkersCronTrigger": "workers_cron_trigger",
        "WorkersCustomDomain": "workers_custom_domain",
        "WorkersDeployment": "workers_deployment",
        "WorkersForPlatformsDispatchNamespace": "workers_for_platforms_dispatch_namespace",
        "WorkersKvNamespace": "workers_kv_namespace",
        "WorkersRoute": "workers_route",
        "WorkersScript": "workers_script",
        "WorkersScriptSubdomain": "workers_script_subdomain",
        "Workflow": "workflow",
        "ZoneSetting": "zone_setting",
        "get_zone_output": "get_zone",
    }
    """Class or function → its module."""

    enter("pulumi_cloudflare", [*_MODULES, "GetZone"])

    _INPUTS = {
        "Binding": "WorkersScriptBindingArgsDict",
        "ConsumerSettings": "QueueConsumerSettingsArgsDict",
        "CorsAllowed": "R2BucketCorsRuleAllowedArgsDict",
        "CorsRule": "R2BucketCorsRuleArgsDict",
        "HealthcheckRequest": "HealthcheckHttpConfigArgsDict",
        "LifecycleRule": "R2BucketLifecycleRuleArgsDict",
        "LockRule": "R2BucketLockRuleArgsDict",
        "NotificationRule": "R2BucketEventNotificationRuleArgsDict",
        "Observability": "WorkersScriptObservabilityArgsDict",
        "PagesConfiguration": "PagesProjectDeploymentConfigsProductionArgsDict",
        "PolicyFilters": "NotificationPolicyFiltersArgsDict",
        "PolicyMechanisms": "NotificationPolicyMechanismsArgsDict",
        "QueueSettings": "QueueSettingsArgsDict",
    }
    """What we call the shape of an input → what the package calls it."""

    def __getattr__(name: str) -> Any:
        """Load what is asked for, once."""
        if name in _INPUTS:
            found = getattr(importlib.import_module("pulumi_cloudflare._inputs"), _INPUTS[name])
        elif name in _MODULES:
            module = importlib.import_module(f"pulumi_cloudflare.{_MODULES[name]}")
            if hasattr(
                module, _MODULES[name]
            ):  # a function of its module's name; as in the package's own `__init__`, it wins
                setattr(sys.modules["pulumi_cloudflare"], _MODULES[name], getattr(module, _MODULES[name]))
            found = getattr(module, name)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = found
        return found


__all__ = [
    "Binding",
    "ConsumerSettings",
    "CorsAllowed",
    "CorsRule",
    "D1Database",
    "DnsRecord",
    "Healthcheck",
    "HealthcheckRequest",
    "LifecycleRule",
    "LockRule",
    "NotificationPolicy",
    "NotificationPolicyWebhooks",
    "NotificationRule",
    "Observability",
    "PagesConfiguration",
    "PagesDomain",
    "PagesProject",
    "PolicyFilters",
    "PolicyMechanisms",
    "Queue",
    "QueueConsumer",
    "QueueSettings",
    "R2Bucket",
    "R2BucketCors",
    "R2BucketEventNotification",
    "R2BucketLifecycle",
    "R2BucketLock",
    "WorkersCronTrigger",
    "WorkersCustomDomain",
    "WorkersDeployment",
    "WorkersForPlatformsDispatchNamespace",
    "WorkersKvNamespace",
    "WorkersRoute",
    "WorkersScript",
    "WorkersScriptSubdomain",
    "Workflow",
    "ZoneSetting",
    "get_zone_output",
]
