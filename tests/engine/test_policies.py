import asyncio
import json
import os
import sys
import textwrap

import pytest

from sandbox.engine.errors import EngineError
from sandbox.engine.events import Events
from sandbox.engine.policy.config import PolicyConfigError
from sandbox.engine.policy.messages import AnalyzedResource
from sandbox.engine.policy.pack import PolicyError, StackContext
from sandbox.engine.policy.packs import PolicyPacks
from sandbox.engine.resource.values import UNKNOWN, Secret

CONTEXT = StackContext(project="conf", stack="dev", organization="organization", dry_run=True)
STACK = "urn:pulumi:dev::conf::pulumi:pulumi:Stack::conf-dev"


def resource(name="a", **properties):
    return AnalyzedResource(
        urn=f"urn:pulumi:dev::conf::t:index:T::{name}", type="t:index:T", name=name, properties=properties, parent=STACK
    )


@pytest.fixture
def pack(tmp_path):
    """Writes a pack of the given policies."""

    def write(policies, name="rules", head="", **document):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "PulumiPolicy.yaml").write_text(json.dumps({"runtime": "python", "version": "1.2.3", **document}))
        (folder / "__main__.py").write_text(
            textwrap.dedent(
                f"""
                import os, sys
                from pulumi_policy import *
                {head}
                def judge(args, report):
                    if args.props.get("size", 0) > (args.get_config() or {{}}).get("limit", 10):
                        report("too big", None)
                """
            )
            + textwrap.dedent(policies)
        )
        return folder

    return write


ONE = """
PolicyPack("rules", policies=[
    ResourceValidationPolicy("not-big", "Stays small.", judge, EnforcementLevel.MANDATORY,
        config_schema=PolicyConfigSchema(properties={"limit": {"type": "number", "default": 20}})),
])
"""


def ask(packs, use, configs=()):
    """Starts the packs, uses them, and returns the result and the events."""
    sent = []

    async def run():
        started = await PolicyPacks.start(
            packs,
            configs,
            Events(sent.append, preview=True),
            engine_address="127.0.0.1:1",
            environment={**os.environ, "PULUMI_PROJECT": "conf", "PULUMI_STACK": "dev", "PULUMI_DRY_RUN": "true"},
            context=CONTEXT,
        )
        try:
            return await use(started)
        finally:
            await started.stop()

    result = asyncio.run(run())
    bodies = [{key: value for key, value in event.items() if key not in ("sequence", "timestamp")} for event in sent]
    return result, bodies


def violations(events):
    return [
        (event["policyEvent"]["enforcementLevel"], event["policyEvent"]["message"].strip())
        for event in events
        if "policyEvent" in event
    ]


def test_a_mandatory_violation_is_told_with_pack_version_and_urn(pack):
    small, events = ask([pack(ONE)], lambda packs: packs.analyze(resource(size=21)))
    assert small is False
    identity = {"policyPackName": "rules", "policyPackVersion": "1.2.3", "policyPackVersionTag": "1.2.3"}
    assert events == [
        {
            "policyEvent": {
                "resourceUrn": resource().urn,
                "message": "Stays small.\ntoo big\n",
                "color": "raw",
                "policyName": "not-big",
                **identity,
                "enforcementLevel": "mandatory",
            }
        },
        {"policyAnalyzeSummaryEvent": {"resourceUrn": resource().urn, **identity, "failed": ["not-big"]}},
    ]


def test_defaults_of_a_schema_reach_the_policy(pack):
    small, events = ask([pack(ONE)], lambda packs: packs.analyze(resource(size=15)))
    assert small is True
    assert violations(events) == []


def test_a_policy_that_meets_an_unknown_value_becomes_a_note_even_if_it_is_mandatory(pack):
    small, events = ask([pack(ONE)], lambda packs: packs.analyze(resource(size=UNKNOWN)))
    assert small is True
    assert violations(events) == [
        (
            "advisory",
            "can't run policy 'not-big' from policy pack 'rules@v0.0.1' during preview: string value at .size can't be known during preview",
        )
    ]


def written(tmp_path, document):
    path = tmp_path / "config.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


@pytest.mark.parametrize(
    ("config", "size", "expected"),
    [
        ({"not-big": {"limit": 30}}, 25, []),
        ({"not-big": {"limit": 5}}, 6, [("mandatory", "Stays small.\ntoo big")]),
        ({"not-big": "advisory"}, 21, [("advisory", "Stays small.\ntoo big")]),
        ({"not-big": {"enforcementLevel": "disabled"}}, 21, []),
        ({"all": "disabled"}, 21, []),
        ({"all": "disabled", "not-big": "mandatory"}, 21, [("mandatory", "Stays small.\ntoo big")]),
        ({"not-big": "remediate"}, 21, [("mandatory", "Stays small.\ntoo big")]),
        ("", 21, [("mandatory", "Stays small.\ntoo big")]),
    ],
)
def test_a_configuration_sets_levels_and_values(pack, tmp_path, config, size, expected):
    _, events = ask([pack(ONE)], lambda packs: packs.analyze(resource(size=size)), [written(tmp_path, config)])
    assert violations(events) == expected


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (
            {"not-big": {"limit": "ten"}},
            "validating policy config: rules 1.2.3  not-big: limit: Invalid type. Expected: number, given: string",
        ),
        ({"not-big": "sometimes"}, "not-big: 'sometimes' is not a valid enforcement level"),
        ({"not-big": 3}, "not-big: 3 is neither an enforcement level nor an object"),
        ("{", "cannot be read"),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused_before_anything_is_asked(pack, tmp_path, config, reason):
    with pytest.raises(PolicyConfigError) as error:
        ask([pack(ONE)], None, [written(tmp_path, config)])
    assert reason in str(error.value)


def test_packs_and_configurations_belong_together_by_position(pack, tmp_path):
    with pytest.raises(PolicyConfigError, match="1 policy configurations for 2 policy packs"):
        ask([pack(ONE), pack(ONE, "more")], None, [written(tmp_path, {})])


REMEDIATING = """
def shrink(args):
    if args.props.get("size", 0) > 10:
        args.props["size"] = 10
        return args.props

PolicyPack("rules", policies=[ResourceValidationPolicy("not-big", "Stays small.", judge, EnforcementLevel.REMEDIATE, remediate=shrink)])
"""


def test_a_remediation_changes_the_inputs_and_keeps_secrets_and_internal_keys(pack):
    asked = resource(size=30, token=Secret("hush"), __provider=Secret("pickle"))
    inputs, events = ask([pack(REMEDIATING)], lambda packs: packs.remediate(asked))
    assert inputs == {"size": 10, "token": Secret("hush"), "__provider": Secret("pickle")}
    body = events[0]["policyRemediationEvent"]
    assert (body["before"]["size"], body["after"]["size"]) == (30, 10)
    assert "hush" not in json.dumps(events)
    assert events[1]["policyRemediateSummaryEvent"]["failed"] == ["not-big"]


def test_what_needs_no_remediation_keeps_its_inputs(pack):
    asked = resource(size=3)
    inputs, events = ask([pack(REMEDIATING)], lambda packs: packs.remediate(asked))
    assert inputs is asked.properties
    assert events[0]["policyRemediateSummaryEvent"]["passed"] == ["not-big"]


TELLING = """
def tell(args, report):
    provider = args.provider and (args.provider.resource_type, sorted(args.provider.props))
    report(f"{sorted(args.props)} {args.props.get('token')} {args.opts.protect} {args.opts.custom_timeouts.create_seconds} {provider}", None)

PolicyPack("rules", policies=[ResourceValidationPolicy("tells", "Says.", tell)])
"""


def test_policies_see_options_provider_and_plain_secrets_but_no_internal_keys(pack):
    asked = AnalyzedResource(
        urn=resource().urn,
        type="t:index:T",
        name="a",
        properties={"token": Secret("hush"), "__provider": Secret("pickle")},
        protect=True,
        custom_timeouts={"create": 300},
        provider=AnalyzedResource(
            urn="urn:pulumi:dev::conf::pulumi:providers:t::default",
            type="pulumi:providers:t",
            name="default",
            properties={"region": "x", "__internal": 1},
        ),
    )
    _, events = ask([pack(TELLING)], lambda packs: packs.analyze(asked))
    assert violations(events) == [("advisory", "Says.\n['token'] hush True 300.0 ('pulumi:providers:t', ['region'])")]


STACK_RULES = """
def few(args, report):
    names = [(r.name, r.parent and r.parent.name, [d.name for d in r.dependencies],
              {k: [d.name for d in v] for k, v in r.property_dependencies.items()}) for r in args.resources]
    report(f"{names}", None)

PolicyPack("rules", policies=[StackValidationPolicy("few", "Few.", few, EnforcementLevel.MANDATORY)])
"""


def test_stack_policies_see_how_resources_hang_together_and_their_violations_are_the_stacks(pack):
    stack = AnalyzedResource(urn=STACK, type="pulumi:pulumi:Stack", name="conf-dev", properties={})
    one, two = resource("one"), resource("two")
    dependent = AnalyzedResource(
        urn=two.urn,
        type=two.type,
        name="two",
        properties={},
        parent=STACK,
        dependencies=[one.urn],
        property_dependencies={"x": [one.urn], "y": []},
    )
    tolerable, events = ask([pack(STACK_RULES)], lambda packs: packs.analyze_stack(STACK, [stack, one, dependent]))
    assert tolerable is False
    body = events[0]["policyEvent"]
    assert body["resourceUrn"] == STACK
    assert body["message"].strip() == (
        "Few.\n[('conf-dev', None, [], {}), ('one', 'conf-dev', [], {}), ('two', 'conf-dev', ['one'], {'x': ['one']})]"
    )
    assert events[1]["policyAnalyzeStackSummaryEvent"]["failed"] == ["few"]


def test_two_packs_are_both_asked(pack):
    _, events = ask([pack(ONE), pack(ONE, "more")], lambda packs: packs.analyze(resource(size=21)))
    assert len(violations(events)) == 2


def test_a_pack_that_prints_while_it_loads_is_refused_with_what_it_printed(pack):
    with pytest.raises(EngineError, match=r"wrote 'hello' where its port was expected: nothing may be printed"):
        ask([pack(ONE, head="print('hello')")], None)


def test_a_pack_that_fails_to_load_is_quoted_and_the_others_are_stopped(pack):
    sound = pack(ONE, head="open('pid', 'w').write(str(os.getpid()))")
    with pytest.raises(EngineError, match=r"ended before it told its port \(exit status 1\):(.|\n)*lost its rules"):
        ask([sound, pack(ONE, "broken", head="raise ValueError('lost its rules')")], None)
    with pytest.raises(ProcessLookupError):
        os.kill(int((sound / "pid").read_text()), 0)


DYING = """
def die(args, report):
    print("the well ran dry", file=sys.stderr, flush=True)
    os._exit(9)

PolicyPack("rules", policies=[ResourceValidationPolicy("dies", "Dies.", die)])
"""


def test_a_pack_that_dies_while_it_is_asked_is_told_with_its_last_words(pack):
    with pytest.raises(
        PolicyError, match=r"policy pack 'rules' ended while it was asked \(exit status 9\):\n    the well ran dry"
    ):
        ask([pack(DYING)], lambda packs: packs.analyze(resource()))


def test_an_exception_in_a_policy_is_an_error_with_its_traceback(pack):
    broken = """
    def broken(args, report):
        raise KeyError("no such gate")
    PolicyPack("rules", policies=[ResourceValidationPolicy("breaks", "Breaks.", broken)])
    """
    with pytest.raises(PolicyError, match=r"failed to run policy: (.|\n)*KeyError: 'no such gate'"):
        ask([pack(broken)], lambda packs: packs.analyze(resource()))


def test_a_folder_that_is_no_pack_is_named(tmp_path):
    with pytest.raises(EngineError, match=r"there is no PulumiPolicy\.yaml in"):
        ask([tmp_path], None)


def test_the_pack_runs_in_the_environment_that_its_file_names(pack, tmp_path):
    folder = pack(ONE, runtime={"name": "python", "options": {"virtualenv": "env"}})
    (folder / "env" / "bin").mkdir(parents=True)
    launcher = folder / "env" / "bin" / "python"
    launcher.write_text(f'#!/bin/sh\ntouch "{tmp_path}/launched"\nexec {sys.executable} "$@"\n')
    launcher.chmod(0o755)
    ask([folder], lambda packs: packs.analyze(resource()))
    assert (tmp_path / "launched").exists()
