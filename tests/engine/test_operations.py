"""Operations as a whole: the real engine with a program, a provider and a state of their own.

What the recorded cases pin is not repeated here; these are the corners beside them.
"""

import json
import os
import signal

import pytest

from sandbox import engine
from sandbox.engine.backend.lock import LockedError
from sandbox.engine.backend.secrets import SecretsError
from sandbox.engine.workspace.project import ConfigurationError

URN = "urn:pulumi:dev::shop::sluice:index:Valve::"


def test_a_resource_that_is_only_read_is_never_deleted(shop):
    shop.change(objects={"old-1": {"label": "old", "size": 5, "serial": 1, "echo": "old-1/5"}})
    program = 'old = Valve("old", opts=pulumi.ResourceOptions(id="old-1"))\n'
    assert shop.up(program).changes == {"create": 1}
    assert shop.resources()["old"]["external"]
    assert shop.up("").changes == {"discard": 1, "same": 1}
    assert "old-1" in shop.world["objects"]
    assert shop.effects() == []


def test_a_provider_that_is_configured_with_an_unknown_value_is_not_asked_at_a_preview(shop):
    program = """
a = Valve("a", size=1)
north = Provider("north", canal=a.echo)
b = Valve("b", size=a.serial, opts=pulumi.ResourceOptions(provider=north))
"""
    assert shop.preview(program).changes == {"create": 4}
    assert shop.calls == ["check a"]
    assert shop.up().changes == {"create": 4}
    assert shop.resources()["north"]["inputs"] == {"canal": "a-1/1.0"}


def test_a_component_hands_its_providers_down_to_all_that_lies_below(shop):
    shop.up("""
north = Provider("north", canal="n")
outer = Reach("outer", opts=pulumi.ResourceOptions(providers=[north]))
inner = Reach("inner", opts=pulumi.ResourceOptions(parent=outer))
b = Valve("b", opts=pulumi.ResourceOptions(parent=inner))
c = Valve("c", opts=pulumi.ResourceOptions(parent=b))
""")
    north = shop.resources()["north"]
    reference = f"{north['urn']}::{north['id']}"
    assert [shop.resources()[name]["provider"] for name in "bc"] == [reference, reference]


def test_an_object_that_exists_but_did_not_get_ready_is_kept_and_tried_again(shop):
    shop.change(faults={"init:a": "not ready"})
    program = 'a = Valve("a", size=1)\nb = Valve("b", size=a.serial)\n'
    assert shop.up(program).exit_code == 1
    assert shop.resources()["a"]["initErrors"] == ["not ready"]
    assert "b" not in shop.resources()
    shop.change(faults={})
    assert shop.up().changes == {"create": 1, "same": 1, "update": 1}
    assert "initErrors" not in shop.resources()["a"]
    assert shop.effects() == ["update a a-1", "create b b-1"]


def test_a_successor_that_could_not_be_made_is_made_by_the_next_update(shop):
    shop.up('a = Valve("a", slot=1)\n')
    shop.change(faults={"create:a": "quota"})
    assert shop.up('a = Valve("a", slot=2)\n').exit_code == 1
    assert shop.resources()["a"]["pendingReplacement"]
    shop.change(faults={})
    assert shop.up().changes == {"replace": 1, "same": 1}
    assert shop.effects() == ["create a a-2"]
    assert "pendingReplacement" not in shop.resources()["a"]


def test_destroying_a_target_that_others_need_is_refused_and_names_them(shop):
    shop.up('a = Valve("a", size=1)\nb = Valve("b", size=a.serial)\nc = Valve("c")\n')
    assert shop.run(engine.destroy, targets=(f"{URN}a",)).exit_code == 1
    assert f"'{URN}b' will be destroyed but was not specified" in shop.messages()[0]
    assert shop.effects() == []
    assert shop.run(engine.destroy, targets=(f"{URN}a",), target_dependents=True).exit_code == 0
    assert shop.effects() == ["delete b b-1", "delete a a-1"]
    assert set(shop.resources()) == {"shop-dev", "default", "c"}


def test_a_target_cannot_be_made_before_what_it_needs(shop):
    program = 'a = Valve("a", size=1)\nb = Valve("b", size=a.serial)\n'
    assert shop.up(program, targets=(f"{URN}b",)).exit_code == 1
    assert shop.messages() == [
        f"Resource '{URN}b' depends on '{URN}a' which was was not specified in --target list.",
    ]
    assert shop.effects() == []


def test_nothing_is_made_that_needs_what_is_excluded(shop):
    program = 'a = Valve("a", size=1)\nb = Valve("b", size=a.serial)\nc = Valve("c")\n'
    assert shop.up(program, excludes=(f"{URN}a",)).exit_code == 1
    assert shop.messages()[0].startswith(f"Resource '{URN}b' depends on '{URN}a' which --exclude keeps from being made")
    assert shop.up(excludes=(f"{URN}a",), exclude_dependents=True).exit_code == 0
    assert set(shop.resources()) == {"shop-dev", "default", "c"}


def test_an_excluded_resource_keeps_what_it_needs_alive(shop):
    shop.up('a = Valve("a", size=1)\nb = Valve("b", size=a.serial)\nc = Valve("c", size=b.serial)\n')
    assert shop.run(engine.destroy, excludes=("**::b",)).exit_code == 0
    assert shop.effects() == ["delete c c-1"]
    assert shop.run(engine.destroy, excludes=("**::a",), exclude_dependents=True).exit_code == 0
    assert shop.effects() == []


def test_a_project_may_ask_for_a_refresh_before_everything(shop):
    shop.up('a = Valve("a", size=1)\n')
    world = shop.world["objects"]
    shop.change(objects={"a-1": {**world["a-1"], "size": 7}})
    assert shop.up().changes == {"same": 2}
    (shop.project / "Pulumi.yaml").write_text("name: shop\nruntime: python\noptions: {refresh: always}\n")
    assert shop.up().changes == {"same": 1, "update": 1}


def test_what_the_state_calls_tainted_is_replaced_once(shop):
    """`pulumi state taint` writes it."""
    shop.up('a = Valve("a", size=1)\n')
    exported = engine.export(shop.options())
    exported["deployment"]["resources"][-1]["taint"] = True
    engine.import_(shop.options(), exported)
    assert shop.up().changes == {"replace": 1, "same": 1}
    assert shop.up().changes == {"same": 2}


def test_a_read_that_fails_at_a_refresh_does_not_lose_what_the_others_told(shop):
    shop.up('a = Valve("a", size=1)\nb = Valve("b", size=2)\n')
    shop.change(faults={"read:a": "503"}, objects={})
    assert shop.run(engine.refresh).exit_code == 1
    assert shop.messages() == ["503", "update failed"]
    assert set(shop.resources()) == {"shop-dev", "default", "a"}


def test_without_expected_changes_an_update_that_would_change_something_exits_with_seven(shop):
    result = shop.preview('Thing("a")\n', expect_no_changes=True)
    assert (result.exit_code, result.error) == (7, "no changes were expected for preview but changes were proposed")
    shop.up()
    assert shop.up(expect_no_changes=True).exit_code == 0


REFUSED = {
    "resource hooks": """
hook = pulumi.ResourceHook("h", lambda args: None)
Thing("a", opts=pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(before_create=[hook])))
""",
    "remote components": """
class Remote(pulumi.ComponentResource):
    def __init__(self):
        super().__init__("sluice:index:Remote", "r", {}, None, remote=True)
Remote()
""",
    "env_var_mappings": """
Provider("north", canal="x", opts=pulumi.ResourceOptions(env_var_mappings={"MINE": "THEIRS"}))
""",
}


@pytest.mark.parametrize("feature", sorted(REFUSED))
def test_what_the_engine_cannot_do_it_refuses_by_name(shop, feature):
    assert shop.up(REFUSED[feature]).exit_code == 1
    assert len(shop.messages()) == 1
    assert f"does not support {feature}" in shop.messages()[0]
    assert "run this stack with the pulumi command line" in shop.messages()[0]


def test_a_package_without_a_plugin_is_named_with_the_executable_that_is_missing(shop):
    program = 'pulumi.CustomResource("nowhere:index:Thing", "a", {})\n'
    assert shop.up(program).exit_code == 1
    assert "pulumi-resource-nowhere" in shop.messages()[0]


@pytest.mark.parametrize(
    ("end", "messages"),
    [
        ("raise pulumi.RunError('the gauge is dry')", ["the gauge is dry", "exited with non-zero exit code: 1"]),
        ("import sys; sys.exit(3)", ["exited with non-zero exit code: 3"]),
        ("raise ValueError('dry')", ["Program failed with an unhandled exception"]),
    ],
)
def test_however_a_program_fails_what_it_made_stays_and_nothing_is_deleted(shop, end, messages):
    shop.up('Thing("old")\n')
    assert shop.up(f'Thing("a")\n{end}\n').exit_code == 1
    assert all(part in text for part, text in zip(messages, shop.messages(), strict=True))
    assert {"old", "a"} <= shop.resources().keys()


def test_a_traceback_begins_in_the_program(shop):
    shop.up("def sink():\n    raise ValueError('dry')\nsink()\n")
    (message,) = shop.messages()
    assert "executor.py" not in message
    assert "runpy" not in message
    assert "__main__.py" in message.splitlines()[2]


def test_no_secret_is_in_state_events_or_arguments(shop):
    planted = "planted-4711"
    (shop.project / "Pulumi.dev.yaml").write_text("config: {}\n")
    program = f"""
a = Thing("a", token=pulumi.Output.secret({planted!r}), deep={{"list": [pulumi.Output.secret({planted!r})]}})
pulumi.export("token", a.token)
"""
    result = shop.up(program)
    assert result.outputs == {"token": "[secret]"}
    assert planted not in json.dumps(shop.events)
    assert all(planted.encode() not in file.read_bytes() for file in shop.state.rglob("*") if file.is_file())
    assert engine.outputs(shop.options(), show_secrets=True) == {"token": planted}


def test_a_wrong_passphrase_is_found_before_anything_happens(shop):
    shop.up('Thing("a")\n')
    with pytest.raises(SecretsError, match="incorrect passphrase"):
        shop.up('Thing("b")\n', passphrase="another")
    assert shop.effects() == []


def test_a_folder_without_a_project_is_named(tmp_path):
    options = engine.Options(project=tmp_path, stack="dev", state=tmp_path, passphrase="a")
    with pytest.raises(ConfigurationError, match=r"there is no Pulumi\.yaml"):
        engine.up(options, print)


def test_a_killed_update_is_completed_by_the_next_one_without_doubles(shop):
    """The lock of the dead process is taken over, the interrupted create is told, and only what is missing is made."""
    shop.up("")
    (shop.project / "__main__.py").write_text(
        "import pulumi\nfrom store import *\na = Thing('a')\nb = Thing('b', size=a.serial)\nc = Thing('c', size=b.serial)\n"
    )
    shop.change(hangs=["create:b"])
    with shop.start("up") as process:
        shop.wait_for_call("create b")
        os.killpg(process.pid, signal.SIGKILL)
    with pytest.raises(LockedError, match="was interrupted and left the lock behind"):
        shop.up()
    shop.change(hangs=[])
    assert shop.up(take_over=True).changes == {"create": 2, "same": 2}
    assert any("1 pending operations from previous deployment" in text for text in shop.messages("warning"))
    assert [call for call in shop.effects() if " a " in call] == []
    assert shop.up(take_over=True).changes == {"same": 4}


def test_what_a_killed_destroy_has_deleted_already_is_not_missed(shop):
    """Some APIs refuse to delete what is gone; the interrupted delete is then known to have happened."""
    shop.up("a = Thing('a')\n")
    shop.change(delays={"delete:a": 60})
    with shop.start("destroy") as process:
        shop.wait_for_call("delete a")
        os.killpg(process.pid, signal.SIGKILL)
    shop.change(delays={}, objects={}, faults={"delete:a": "not found"})
    assert shop.run(engine.destroy, take_over=True).exit_code == 0
    assert shop.resources() == {}


def test_an_operation_that_is_interrupted_finishes_what_is_under_way(shop):
    shop.change(delays={"create:a": 2})
    (shop.project / "__main__.py").write_text("from store import *\na = Thing('a')\nb = Thing('b', size=a.serial)\n")
    with shop.start("up") as process:
        shop.wait_for_call("create a")
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert process.returncode == 1
    assert "steps under way are finished" in rest
    assert shop.resources()["a"]["id"] == "a-1"
    assert "b" not in shop.resources()


def test_a_program_imports_the_library_and_not_the_engine(shop):
    """`secrets` and `resource` are modules of the library, and files of the engine."""
    assert (
        shop.up("import resource, secrets\npulumi.export('of', [resource.__file__, secrets.__file__])\n").exit_code == 0
    )
    assert all("sandbox" not in path for path in engine.outputs(shop.options())["of"])


def marked(shop, name, **more):
    """Puts keys into the state of a resource that only other engines and providers put there."""
    document = engine.export(shop.options())
    for each in document["deployment"]["resources"]:
        if each["urn"].endswith(f"::{name}"):
            each.update(more)
    engine.import_(shop.options(), document)


def test_what_asks_to_be_read_before_each_update_is_read_and_nothing_else(shop):
    shop.up('a = Valve("a", size=1)\nb = Valve("b", size=1)\n')
    marked(shop, "a", refreshBeforeUpdate=True)
    shop.change(objects={**shop.world["objects"], "a-1": {**shop.world["objects"]["a-1"], "size": 7}})
    assert shop.preview().changes == {"same": 2, "update": 1}
    assert shop.effects() == ["read a a-1"]
    assert shop.up().changes == {"same": 2, "update": 1}
    assert shop.effects() == ["read a a-1", "update a a-1"]


def test_after_a_failure_that_it_goes_on_from_nothing_waits_and_what_left_the_program_goes(shop):
    shop.up('a = Valve("a", size=1)\ngone = Valve("gone", size=a.serial)\ns = Valve("s", slot=1)\nt = Valve("t")\n')
    shop.change(faults={"update:a": "refused", "delete:s": "still in use"})
    program = """
a = Valve("a", size=2)
s = Valve("s", slot=2)
t = Valve("t", size=2)
u = Valve("u", size=s.serial)
"""
    assert shop.up(program, continue_on_error=True).exit_code == 1
    assert sorted(shop.effects()) == ["delete gone gone-1", "delete s s-1", "update a a-1", "update t t-1"]
    assert {"a", "s", "t"} < set(shop.resources())
    assert not {"gone", "u"} & set(shop.resources())


def test_a_version_that_is_none_is_refused_by_name(shop):
    assert shop.up('a = Valve("a", opts=pulumi.ResourceOptions(version="newest"))\n').exit_code == 1
    assert "'newest' is not a version of a provider" in shop.messages("error")[0]


def test_a_path_that_is_none_is_refused_by_name(shop):
    shop.up('a = Valve("a", size=1)\n')
    assert shop.up('a = Valve("a", size=2, opts=pulumi.ResourceOptions(ignore_changes=["l[bad"]))\n').exit_code == 1
    assert shop.messages("error") == ["'l[bad' is not a property path: '[bad' is neither a name nor an index"]


def test_what_depends_on_a_target_that_is_only_read_is_drawn_in_with_it(shop):
    shop.change(objects={"old-1": {"label": "old", "size": 5, "serial": 1, "echo": "old-1/5"}})
    program = (
        'old = Valve("old", opts=pulumi.ResourceOptions(id="old-1"))\na = Valve("a", size=old.serial)\nb = Valve("b")\n'
    )
    assert shop.up(program, targets=("**::old",), target_dependents=True).exit_code == 0
    assert shop.effects() == ["read old old-1", "create a a-1"]


def test_what_could_not_be_imported_leaves_what_was_there(shop):
    shop.up('a = Valve("a", size=1)\n')
    program = 'a = Valve("a", size=1, opts=pulumi.ResourceOptions(import_="a-9"))\n'
    assert shop.up(program, continue_on_error=True).exit_code == 1
    assert shop.effects() == ["read a a-9"]
    assert shop.resources()["a"]["id"] == "a-1"


def test_a_policy_that_cannot_decide_names_the_resource(shop, tmp_path):
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (pack / "__main__.py").write_text(
        "from pulumi_policy import *\n"
        "def broken(args, report):\n"
        "    if args.name == 'a':\n"
        "        raise ValueError('dry')\n"
        "PolicyPack('p', policies=[ResourceValidationPolicy('broken', 'd', broken)])\n"
    )
    assert shop.up('a = Valve("a")\n', policy_packs=(pack,)).exit_code == 1
    told = [event["diagnosticEvent"] for event in shop.events if "diagnosticEvent" in event]
    assert [each["urn"] for each in told if each["severity"] == "error"] == [f"{URN}a"]
