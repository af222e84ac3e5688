"""The display line by line, as it is written to a file or a pipe."""

import pytest

from sandbox.engine.resource.values import UNKNOWN_TEXT
from tests.engine.display.events import (
    CHANGED,
    GONE,
    HIDDEN,
    NEW,
    OLD,
    after,
    before,
    failed,
    metadata,
    said,
    shown,
    stack,
    state,
    summed_up,
    text,
    timeless,
    violated,
)


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


def test_lines_are_never_wrapped_nor_read_as_markup():
    long = "x" * 500 + " [bold]not markup[/bold] :smile:"
    assert f"    error: {long}\n" in shown([before("create", new=stack()), said("error", long)])
