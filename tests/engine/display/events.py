"""Events as the engine sends them, in few words, and what the display makes of them."""

import io
import re
import textwrap

from sandbox.engine.display import Display
from sandbox.engine.resource.values import SECRET, SIGNATURE

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
