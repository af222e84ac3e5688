"""Who gets a Worker's logs."""

from collections.abc import Sequence
from typing import TypedDict

import pulumi

from components.component import Component


class TailArgs(TypedDict):
    account_id: str
    production: bool
    script_name: str
    """The Worker whose logs they are."""
    owner: str
    """Who uploads its code, and with it the list: `pulumi` or `wrangler`."""
    consumers: Sequence[str]
    """Names of the scripts that get them. They must exist before the Worker is uploaded."""


class Tail(Component):
    """The tail Workers of a Worker. It creates nothing: the list is a setting of the script that `WorkerCode` uploads."""

    def __init__(self, name: str, args: TailArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        inputs = {
            "accountId": args["account_id"],
            "production": args["production"],
            "scriptName": args["script_name"],
            "owner": args["owner"],
            "consumers": list(args["consumers"]),
        }
        super().__init__("headworks:index:Tail", name, inputs, opts)
        self.register_outputs({})
