"""No tree of properties can stop a rule: an exception in a policy would fail the resource, whatever its level."""

import json
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi_policy import (
    PolicyCustomTimeouts,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    StackValidationArgs,
)
from pulumi_policy.proxy import UNKNOWN_ARRAY_VALUE, UNKNOWN_STRING_VALUE, UnknownValueError, unknown_checking_proxy

from policies import tokens
from policies.pack import RULES
from policies.rule import ResourceRule, StackRule

TYPES = sorted(
    {value for value in vars(tokens).values() if isinstance(value, str) and value.count(":") == 2 and value[-1] != ":"}
)
KEYS = """accountId allowed binding bindings bucketName className chain consumer customDomain deadLetterQueue declared
declaredNames deletedClasses enabled environment facts from host hostname json jurisdiction keyName kvNamespaces liveChain liveTag
metadata migrations name names namespaceId newClasses newSqliteClasses owner pattern present previewsEnabled production proxied
queueId queueName queues reason renamedClasses routes script scriptName siblings status tag text title to type value vars workersDev
alerts alwaysUseHttps batchSize bindings companions compatibilityDate compatibilityFlags conditions consumers content cors cpuMs create
crons databases deploy deployOrder deploymentConfigs destinations expireDays external key keepBindings kind lifecycle limits lock
logpush maxRetries maxWaitTimeMs mechanism messageRetentionPeriod minTlsVersion namespace namespaceVariable notify observability
headSamplingRate optional origins path prefix rateLimits readReplication retentionDays rules secrets service services servicesVariable
settingId settings severity shape stack tailConsumers trusted usageModel waivers when worker workersDev zone zones
CACHE_DATA_TTL CACHE_METADATA_TTL ENVIRONMENT JURISDICTION livePrefixes levels months most days words
zoneId hosts buckets account id endOfTheLine accounts keyValueClasses SKIP_AUTH LOG_LEVEL __target"""
TEXTS = [
    UNKNOWN_STRING_VALUE,
    UNKNOWN_ARRAY_VALUE,
    "verified",
    "",
    "v1",
    "q",
    "true",
    "json",
    "plain_text",
    "*",
    "://",
    "wrangler",
    "2026-02-25",
    "production",
    "unreachable",
    "critical",
    "r2_bucket",
    "service",
    "9" * 30,
]
JSON_TEXTS = ["[" * 100_000, '{"a": [1, null, {"DEBUG": true}]}', "{", "1e999", "NaN"]

leaves = st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=5), st.sampled_from(TEXTS + JSON_TEXTS))
keys = st.sampled_from(KEYS.split()) | st.text(max_size=3)
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=6), max_leaves=25
)
properties = st.dictionaries(keys, trees, max_size=12)
urns = st.text(max_size=20) | st.just("urn:pulumi:production::p::a$b::c")

OPTIONS = PolicyResourceOptions(False, [], None, [], PolicyCustomTimeouts(0, 0, 0), [], None)
RESOURCE_RULES = [rule for rule in RULES if isinstance(rule, ResourceRule)]
STACK_RULES = [rule for rule in RULES if isinstance(rule, StackRule)]
thoroughly = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def judge(policy, args):
    """Violations that were reported; an unknown value may be told at the end, nothing else may be raised."""
    messages = []
    with suppress(UnknownValueError):
        policy.validate(args, lambda message, urn=None: messages.append((message, urn)))
    return messages


@thoroughly
@given(inputs=properties, config=properties, urn=urns)
def test_any_inputs_can_be_judged(inputs, config, urn):
    for rule in RESOURCE_RULES:
        for type_ in sorted(rule.types):
            props = unknown_checking_proxy(inputs)
            args = ResourceValidationArgs(type_, props, urn, "name", OPTIONS, None, config)
            for policy in rule.policies():
                for message, blamed in judge(policy, args):
                    assert message.startswith("name")
                    assert blamed is None


@thoroughly
@given(
    outputs=st.lists(st.tuples(st.sampled_from(TYPES), properties), max_size=5),
    sources=st.dictionaries(st.integers(0, 4), st.integers(0, 4)),
    config=properties,
)
def test_any_graph_can_be_judged(outputs, sources, config):
    resources = [
        PolicyResource(
            type_,
            unknown_checking_proxy(props),
            f"urn:pulumi:s::p::{type_}::{index}",
            f"r{index}",
            OPTIONS,
            None,
            None,
            [],
            {},
        )
        for index, (type_, props) in enumerate(outputs)
    ]
    for index, source in sources.items():
        if max(index, source) < len(resources):
            resources[index].property_dependencies["queueId"] = [resources[source]]
    for rule in STACK_RULES:
        for policy in rule.policies():
            for message, blamed in judge(policy, StackValidationArgs(resources, config)):
                assert json.dumps(message)
                assert blamed is None or blamed in {resource.urn for resource in resources}
