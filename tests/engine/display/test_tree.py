"""The display on a terminal."""

import io
import re

from tests.engine.display.events import CHANGED, OLD, before, shown, stack, state, summed_up, urn


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
