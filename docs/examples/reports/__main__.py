"""A Worker of another team: it counts the events of TriggersAPI, whose database it finds in the outputs of that stack."""

import pulumi
import pulumi_cloudflare as cloudflare

VERSION = 1
"""Of the outputs that this program was written for; within one, nothing that it reads goes away."""


def refuse_others(version: float) -> None:
    if version != VERSION:
        raise pulumi.RunError(f"triggers-api has outputs of version {version:g}; this program reads {VERSION}.")


stack = pulumi.get_stack()
triggers = pulumi.StackReference(f"{pulumi.get_organization()}/triggers-api/{stack}")
environment = triggers.require_output("environment")
environment["version"].apply(refuse_others)
database = triggers.require_output("storage")["databases"]["DB"]

cloudflare.WorkersScript(
    "reports",
    account_id=environment["accountId"],
    script_name=f"reports-{stack}",
    main_module="worker.js",
    content="""export default {
  async fetch(_request, env) {
    const counts = "SELECT status, COUNT(*) AS count FROM events GROUP BY status";
    return Response.json((await env.EVENTS.prepare(counts).all()).results);
  },
};
""",
    compatibility_date="2025-11-11",
    observability={"enabled": True},
    bindings=[{"type": "d1", "name": "EVENTS", "id": database["uuid"]}],
)
pulumi.export("database", database["name"])
