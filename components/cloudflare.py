"""The resource classes of `pulumi_cloudflare` that the components use, and none of its other 250 modules.

`import pulumi_cloudflare` runs all of its modules: about 3 seconds and 160 MB before a program has begun. Its resource modules
work alone, so the package is entered here without its `__init__`, which runs only if somebody asks the package for
a name (docs/decisions/importing-the-provider.md).
"""

import importlib.util
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_cloudflare import (
        D1Database,
        DnsRecord,
        Healthcheck,
        NotificationPolicy,
        NotificationPolicyWebhooks,
        Queue,
        QueueConsumer,
        R2Bucket,
        R2BucketCors,
        WorkersCustomDomain,
        WorkersForPlatformsDispatchNamespace,
        WorkersKvNamespace,
        WorkersRoute,
        WorkersScript,
        WorkersScriptSubdomain,
        get_zone_output,
    )
    from pulumi_cloudflare import HealthcheckHttpConfigArgsDict as HealthcheckRequest
    from pulumi_cloudflare import NotificationPolicyFiltersArgsDict as PolicyFilters
    from pulumi_cloudflare import NotificationPolicyMechanismsArgsDict as PolicyMechanisms
    from pulumi_cloudflare import QueueConsumerSettingsArgsDict as ConsumerSettings
    from pulumi_cloudflare import QueueSettingsArgsDict as QueueSettings
    from pulumi_cloudflare import R2BucketCorsRuleAllowedArgsDict as CorsAllowed
    from pulumi_cloudflare import R2BucketCorsRuleArgsDict as CorsRule
    from pulumi_cloudflare import WorkersScriptBindingArgsDict as Binding
    from pulumi_cloudflare import WorkersScriptObservabilityArgsDict as Observability
else:

    def _enter(name: str) -> None:
        """Put the package `name` into `sys.modules` without running its `__init__`, unless it has been imported already."""
        if name in sys.modules:
            return
        specification = importlib.util.find_spec(name)
        if specification is None or specification.loader is None:
            raise ModuleNotFoundError(
                f"No module named {name!r}: run `uv sync` to install the Cloudflare provider", name=name
            )
        package = importlib.util.module_from_spec(specification)

        def complete(attribute: str) -> Any:
            """Run the real `__init__` when a name is asked for that only it defines."""
            if attribute in {
                "_utilities",
                "outputs",
            }:  # the modules' own `from . import …`: the import system finds those
                raise AttributeError(attribute)
            del package.__getattr__
            specification.loader.exec_module(package)
            return getattr(package, attribute)

        package.__getattr__ = complete
        sys.modules[name] = package

    _enter("pulumi_cloudflare")

    from pulumi_cloudflare._inputs import HealthcheckHttpConfigArgsDict as HealthcheckRequest
    from pulumi_cloudflare._inputs import NotificationPolicyFiltersArgsDict as PolicyFilters
    from pulumi_cloudflare._inputs import NotificationPolicyMechanismsArgsDict as PolicyMechanisms
    from pulumi_cloudflare._inputs import QueueConsumerSettingsArgsDict as ConsumerSettings
    from pulumi_cloudflare._inputs import QueueSettingsArgsDict as QueueSettings
    from pulumi_cloudflare._inputs import R2BucketCorsRuleAllowedArgsDict as CorsAllowed
    from pulumi_cloudflare._inputs import R2BucketCorsRuleArgsDict as CorsRule
    from pulumi_cloudflare._inputs import WorkersScriptBindingArgsDict as Binding
    from pulumi_cloudflare._inputs import WorkersScriptObservabilityArgsDict as Observability
    from pulumi_cloudflare.d1_database import D1Database
    from pulumi_cloudflare.dns_record import DnsRecord
    from pulumi_cloudflare.get_zone import get_zone, get_zone_output
    from pulumi_cloudflare.healthcheck import Healthcheck
    from pulumi_cloudflare.notification_policy import NotificationPolicy
    from pulumi_cloudflare.notification_policy_webhooks import NotificationPolicyWebhooks
    from pulumi_cloudflare.queue import Queue
    from pulumi_cloudflare.queue_consumer import QueueConsumer
    from pulumi_cloudflare.r2_bucket import R2Bucket
    from pulumi_cloudflare.r2_bucket_cors import R2BucketCors
    from pulumi_cloudflare.workers_custom_domain import WorkersCustomDomain
    from pulumi_cloudflare.workers_for_platforms_dispatch_namespace import WorkersForPlatformsDispatchNamespace
    from pulumi_cloudflare.workers_kv_namespace import WorkersKvNamespace
    from pulumi_cloudflare.workers_route import WorkersRoute
    from pulumi_cloudflare.workers_script import WorkersScript
    from pulumi_cloudflare.workers_script_subdomain import WorkersScriptSubdomain

    # Here the function has its module's name; as in the package's own `__init__`, the function wins.
    sys.modules["pulumi_cloudflare"].get_zone = get_zone

__all__ = [
    "Binding",
    "ConsumerSettings",
    "CorsAllowed",
    "CorsRule",
    "D1Database",
    "DnsRecord",
    "Healthcheck",
    "HealthcheckRequest",
    "NotificationPolicy",
    "NotificationPolicyWebhooks",
    "Observability",
    "PolicyFilters",
    "PolicyMechanisms",
    "Queue",
    "QueueConsumer",
    "QueueSettings",
    "R2Bucket",
    "R2BucketCors",
    "WorkersCustomDomain",
    "WorkersForPlatformsDispatchNamespace",
    "WorkersKvNamespace",
    "WorkersRoute",
    "WorkersScript",
    "WorkersScriptSubdomain",
    "get_zone_output",
]
