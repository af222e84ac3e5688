"""The display with `--diff`."""

from sandbox.engine.resource.values import UNKNOWN_TEXT
from tests.engine.display.events import HIDDEN, STACK_URN, before, shown, stack, state, summed_up, text, urn


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
