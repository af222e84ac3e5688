"""When Cloudflare calls a Worker by itself."""

from collections.abc import Sequence
from typing import TypedDict

import pulumi

from components.cloudflare import WorkersCronTrigger
from components.component import Component


class SchedulesArgs(TypedDict):
    account_id: str
    production: bool
    script_name: str
    owner: str
    """`wrangler` writes the schedules with its upload."""
    deployed_script: pulumi.Input[str]
    """The script's name as an output of its upload."""
    crons: Sequence[str]
    """Cron expressions of five fields, in UTC. Days of the week by name (`mon-fri`): as numbers Cloudflare counts them from 1."""


class Schedules(Component):
    """All schedules of a Worker: one resource, because the API takes the whole list.

    An empty list is written, too. Deleting the resource changes nothing in the account, so otherwise schedules that left the
    file would go on calling the Worker.
    """

    def __init__(self, name: str, args: SchedulesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        inputs = {
            "accountId": args["account_id"],
            "production": args["production"],
            "scriptName": args["script_name"],
            "owner": args["owner"],
            "crons": list(args["crons"]),
        }
        super().__init__("headworks:index:Schedules", name, inputs, opts)
        if args["owner"] == "pulumi":
            WorkersCronTrigger(
                f"{name}-trigger",
                account_id=args["account_id"],
                script_name=args["deployed_script"],
                schedules=[{"cron": cron} for cron in args["crons"]],
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})
