import io
import re
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.engine.display import Display
from sandbox.engine.display.rows import Board
from sandbox.engine.display.values import changes, short, whole
from sandbox.engine.display.words import display_name
from sandbox.engine.resource.values import SECRET, SIGNATURE, UNKNOWN_TEXT

STACK_URN = "urn:pulumi:dev::conf::pulumi:pulumi:Stack::conf-dev"
HIDDEN = {SIGNATURE: SECRET, "ciphertext": "[secret]"}


def urn(name, type_="t:index:Thing"):
    return f"urn:pulumi:dev::conf::{type_}::{name}"


def state(name, inputs=None, outputs=None, *, type_="t:index:Thing", parent=STACK_URN, custom=True, **more):
    return {
        "urn": urn(name, type_),
        "type": type_,
        "custom": custom,
        "id": f"{name}-1",
        "parent": parent,
        "inputs": inputs or {},
        "outputs": outputs or {},
        **more,
    }


def stack(outputs=None):
    return state("conf-dev", outputs=outputs, type_="pulumi:pulumi:Stack", parent="", custom=False)


def metadata(op, old=None, new=None, **more):
    side = new or old
    return {"op": op, "urn": side["urn"], "type": side["type"], "old": old, "new": new, "detailedDiff": None, **more}


def before(op, old=None, new=None, **more):
    return {"resourcePreEvent": {"metadata": metadata(op, old, new, **more)}}


def after(op, old=None, new=None, **more):
    return {"resOutputsEvent": {"metadata": metadata(op, old, new, **more)}}


def failed(op, old=None, new=None):
    return {"resOpFailedEvent": {"metadata": metadata(op, old, new)}}


def said(severity, message, urn=""):
    prefix = {} if severity.startswith("info") else {"prefix": f"{severity}: "}
    return {"diagnosticEvent": {"severity": severity, "message": f"{message}\n", "urn": urn, "color": "raw", **prefix}}


def violated(level, policy, message, urn=STACK_URN, **more):
    body = {"resourceUrn": urn, "message": f"{message}\n", "policyName": policy, "enforcementLevel": level, **more}
    return {"policyEvent": {"policyPackName": "rules", "policyPackVersion": "0.1.0", **body}}


def summed_up(changes, packs=(), seconds=2):
    return {"summaryEvent": {"resourceChanges": changes, "durationSeconds": seconds, "PolicyPacks": dict(packs)}}


def shown(events, operation="up", stream=None, **options):
    stream = stream or io.StringIO()
    display = Display(stream, operation=operation, stack="dev", **options)
    for event in events:
        display(event)
    display.close()
    display.close()
    return stream.getvalue()


def text(written):
    return textwrap.dedent(written).lstrip("\n")


def timeless(output):
    return re.sub(r"\(\d+\.\d\ds\)", "(0.00s)", output)


NEW, CHANGED, GONE = state("new", {"size": 1}), state("changed", {"size": 2, "zone": "b"}), state("gone", {"size": 1})
OLD = state("changed", {"size": 1, "zone": "b", "spare": True})


def test_a_preview_reads_as_pulumis_does():
    outputs = {"at": UNKNOWN_TEXT, "token": HIDDEN, "size": 3}
    written = shown(
        [
            before("create", new=stack()),
            before("create", new=NEW),
            before("update", OLD, CHANGED, changed=["size", "spare"]),
            before("same", state("still"), state("still")),
            before("delete", GONE),
            after("create", new=NEW),
            after("update", OLD, CHANGED, changed=["size", "spare"]),
            after("delete", GONE),
            after("create", new=stack(outputs)),
            summed_up({"create": 2, "update": 1, "delete": 1, "same": 5}),
        ],
        operation="preview",
    )
    assert written == text(
        """
        Previewing update (dev):
         +  pulumi:pulumi:Stack conf-dev create
         +  t:index:Thing new create
         ~  t:index:Thing changed update [diff: -spare~size]
         -  t:index:Thing gone delete
         +  pulumi:pulumi:Stack conf-dev create
        Outputs:
            at   : [unknown]
            size : 3
            token: [secret]

        Resources:
            + 2 to create
            ~ 1 to update
            - 1 to delete
            4 changes. 5 unchanged
        """
    )


def test_an_update_says_when_each_resource_begins_and_ends():
    written = shown(
        [
            before("same", stack(), stack()),
            before("create", new=NEW),
            after("create", new=NEW),
            after("same", stack({"size": 1}), stack({"size": 2})),
            summed_up({"create": 1, "same": 1}, seconds=65),
        ]
    )
    assert timeless(written) == text(
        """
        Updating (dev):
            pulumi:pulumi:Stack conf-dev running
         +  t:index:Thing new creating (0s)
         +  t:index:Thing new created (0.00s)
            pulumi:pulumi:Stack conf-dev
        Outputs:
          ~ size: 1 => 2

        Resources:
            + 1 created
            1 unchanged

        Duration: 1m5s
        """
    )


def test_a_failure_stands_at_its_resource_and_among_the_diagnostics():
    written = shown(
        [
            before("same", stack(), stack()),
            before("create", new=NEW),
            said("error", "quota exceeded\nask for more", NEW["urn"]),
            failed("create", new=NEW),
            said("info#err", "Traceback (most recent call last):"),
            said("info#err", "  KeyboardInterrupt"),
            said("error", "update failed"),
            said("debug", "nobody wants to know"),
            summed_up({"same": 1}),
        ]
    )
    assert timeless(written) == text(
        """
        Updating (dev):
            pulumi:pulumi:Stack conf-dev running
         +  t:index:Thing new creating (0s)
         +  t:index:Thing new creating (0s) error: quota exceeded
         +  t:index:Thing new **creating failed (0.00s)** error: quota exceeded
            pulumi:pulumi:Stack conf-dev running error: update failed
            pulumi:pulumi:Stack conf-dev **failed** 1 error; 2 messages
        Diagnostics:
          pulumi:pulumi:Stack (conf-dev):
            error: update failed
            The program was stopped; 2 lines of its traceback left out.

          t:index:Thing (new):
            error: quota exceeded
            ask for more

        Resources:
            1 unchanged
            2 errored

        Duration: 2s
        """
    )


def test_violations_stand_by_pack_the_worst_first_and_then_nothing_is_counted():
    written = shown(
        [
            before("create", new=stack()),
            before("create", new=NEW),
            violated("advisory", "be-nice", "Nice.\nplease", NEW["urn"]),
            violated("mandatory", "be-small", "Small.\nshrink it", NEW["urn"], severity="high"),
            summed_up({"create": 2}, {"rules": "0.1.0", "others": "1.0.0"}),
        ],
        operation="preview",
    )
    assert written.endswith(
        text(
            """
            Policies:
                ✅ others@v1.0.0
                ❌ rules@v0.1.0
                    - [mandatory] [severity: high]  be-small  (t:index:Thing: new)
                      Small.
                      shrink it
                    - [advisory]  be-nice  (t:index:Thing: new)
                      Nice.
                      please

            """
        )
    )


def test_a_remediation_is_counted_by_policy():
    body = {
        "resourceUrn": NEW["urn"],
        "policyName": "be-small",
        "policyPackName": "rules",
        "policyPackVersion": "0.1.0",
    }
    written = shown(
        [
            before("create", new=stack()),
            {"policyRemediationEvent": {**body, "before": {"size": 2}, "after": {"size": 1}}},
            summed_up({"create": 1}, {"rules": "0.1.0"}),
        ],
        operation="preview",
    )
    assert "    ✅ rules@v0.1.0\n        - [remediate]  be-small  (1 resource)\n" in written


def test_diff_shows_what_changes_in_each_resource():
    old = state(
        "changed",
        {"size": 1, "goes": 1, "levels": [1], "token": HIDDEN, "tags": {"k": 1, "same": 1}},
        hideDiffs=[["levels"]],
    )
    new = state(
        "changed",
        {"size": 2, "comes": 1, "levels": [2], "token": HIDDEN, "tags": {"k": 2, "same": 1}},
        hideDiffs=[["levels"]],
    )
    details = {path: {"diffKind": "update"} for path in ("size", "comes", "goes", "levels[0]", "token", "tags.k")}
    written = shown(
        [
            before("same", stack(), stack()),
            before(
                "update", old, new, detailedDiff=details, changed=["comes", "goes", "levels", "size", "tags", "token"]
            ),
            before(
                "create", new=state("new", {"list": ["a", {"b": None}], "empty": [], "at": UNKNOWN_TEXT}, protect=True)
            ),
            before("create-replacement", old, new),
            before("delete", state("gone", {"text": 'a "quote"'}, retainOnDelete=True)),
            summed_up({"create": 1, "update": 1, "same": 1}),
        ],
        operation="preview",
        diff=True,
    )
    assert written == text(
        f"""
        Previewing update (dev):
          pulumi:pulumi:Stack: (same)
            [id=conf-dev-1]
            [urn={STACK_URN}]
            ~ t:index:Thing: (update)
                [id=changed-1]
                [urn={urn("changed")}]
              ~ levels (hidden)
              + comes: 1
              - goes : 1
              ~ size : 1 => 2
              ~ tags : {{
                  ~ k: 1 => 2
                }}
              ~ token: [secret] => [secret]
            + t:index:Thing: (create) 🔒
                [urn={urn("new")}]
                at   : [unknown]
                empty: []
                list : [
                    [0]: "a"
                    [1]: {{
                        b: <null>
                    }}
                ]
            - t:index:Thing: (delete[retain])
                [id=gone-1]
                [urn={urn("gone")}]
                text: "a \\"quote\\""
        Resources:
            + 1 to create
            ~ 1 to update
            2 changes. 1 unchanged
        """
    )


@pytest.mark.parametrize(
    ("operation", "preview", "heading"),
    [
        ("preview", False, "Previewing update (dev):"),
        ("up", False, "Updating (dev):"),
        ("refresh", True, "Previewing refresh (dev):"),
        ("refresh", False, "Refreshing (dev):"),
        ("destroy", True, "Previewing destroy (dev):"),
        ("destroy", False, "Destroying (dev):"),
    ],
)
def test_the_heading_names_operation_and_stack(operation, preview, heading):
    assert shown([], operation=operation, preview=preview) == f"{heading}\n"


def test_default_providers_and_reads_are_not_shown():
    provider = state("default", type_="pulumi:providers:t")
    hidden = {"resourcePreEvent": {"metadata": metadata("create", new=provider), "internal": True}}
    written = shown([before("create", new=stack()), hidden, before("read", new=state("other"))], operation="preview")
    assert "default" not in written
    assert "other" not in written


def test_what_is_said_before_there_is_a_stack_is_told_at_the_end():
    assert shown([said("error", "the pack did not start")]) == text(
        """
        Updating (dev):
        Diagnostics:
          pulumi:pulumi:Stack:
            error: the pack did not start

        """
    )


class Terminal(io.StringIO):
    def isatty(self):
        return True


EVENTS = [
    before("create", new=stack()),
    before("create", new=state("reach", type_="t:index:Reach", custom=False)),
    before("create", new=state("inner", {"size": 1}, parent=urn("reach", "t:index:Reach"))),
    before("create-replacement", OLD, CHANGED, changed=["size"]),
    before("replace", OLD, CHANGED, changed=["size"]),
    before("delete-replaced", OLD),
    summed_up({"create": 3, "replace": 1}),
]


def test_a_terminal_gets_a_tree_with_one_line_per_resource():
    written = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown(EVENTS, operation="preview", stream=Terminal(), color=False))
    last = written[written.rindex("     Type") :]
    lines = [line.rstrip() for line in last.splitlines()]
    assert lines[:5] == [
        "     Type                 Name      Plan",
        " +   pulumi:pulumi:Stack  conf-dev  create",
        " +   ├─ t:index:Reach     reach     create",
        " +   │  └─ t:index:Thing  inner     create",
        " +-  └─ t:index:Thing     changed   replace",
    ]
    assert lines[5:] == ["", "Resources:", "    + 3 to create", "    +-1 to replace", "    4 changes"]


def test_only_terminals_get_colour():
    assert "\x1b" not in shown(EVENTS, operation="preview")
    assert "\x1b[32m" in shown(EVENTS, operation="preview", stream=Terminal(), color=True)


def test_lines_are_never_wrapped_nor_read_as_markup():
    long = "x" * 500 + " [bold]not markup[/bold] :smile:"
    assert f"    error: {long}\n" in shown([before("create", new=stack()), said("error", long)])


@pytest.mark.parametrize(
    ("token", "name"),
    [
        ("aws:s3/bucket:Bucket", "aws:s3:Bucket"),
        ("cloudflare:index/r2Bucket:R2Bucket", "cloudflare:index:R2Bucket"),
        ("pulumi-python:dynamic/conf:Thing", "pulumi-python:dynamic/conf:Thing"),
        ("pulumi:pulumi:Stack", "pulumi:pulumi:Stack"),
        ("pulumi:providers:aws", "pulumi:providers:aws"),
    ],
)
def test_types_are_shortened_as_pulumi_does(token, name):
    assert display_name(token) == name


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "a", UNKNOWN_TEXT]) | st.just(HIDDEN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from(["a", "b", "__internal"]), values, max_size=3)


@given(objects, objects)
def test_no_value_breaks_the_display_and_equal_objects_have_no_changes(old, new):
    for line in (*whole(new, 1, "create", signed=True), *changes(old, new, 1), *changes(old, new, 1, sames=True)):
        rendered = line.render().plain
        assert SIGNATURE not in rendered
        assert "__internal" not in rendered
    assert list(changes(new, new, 1)) == []
    assert short(new, new) == ""


def test_a_board_takes_unknown_events_in_silence():
    assert Board(preview=True).take({"sequence": 1, "timestamp": 2, "progressEvent": {"message": "x"}}) is None
