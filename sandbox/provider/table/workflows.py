"""Workflows: a script's class under a name of its own."""

import math

from sandbox.provider.schema import (
    Call,
    Kind,
    Resource,
    a_list,
    a_map,
    an_object,
    computed,
    in_path,
    optional,
    required,
)

WORKFLOWS = "/accounts/{accountId}/workflows/{workflowName}"
PUT = Call(method="PUT", path=WORKFLOWS)
DURATION = optional(Kind.ANY)
"""Milliseconds, or a text such as `5 minutes`."""

WORKFLOW = Resource(
    properties={
        "id": computed(Kind.TEXT, api="", keep=True),
        "name": computed(Kind.TEXT, keep=True),
        "accountId": in_path(),
        "workflowName": in_path(),
        "className": required(Kind.TEXT),
        "scriptName": required(Kind.TEXT),
        # An answer never holds these three.
        "limits": optional(an_object(steps=optional(Kind.WHOLE, between=(1, math.inf))), refreshed=False),
        "concurrency": optional(an_object(limit=optional(Kind.NUMBER)), refreshed=False),
        "defaultRetention": optional(an_object(errorRetention=DURATION, successRetention=DURATION), refreshed=False),
        "schedules": optional(a_list(an_object(cron=required(Kind.TEXT)))),
        "createdOn": computed(Kind.TIME),
        "modifiedOn": computed(Kind.TIME),
        "triggeredOn": computed(Kind.TIME),
        "isDeleted": computed(Kind.NUMBER, refreshed=False),
        "terminatorRunning": computed(Kind.NUMBER, refreshed=False),
        "versionId": computed(Kind.TEXT, refreshed=False),
        "scriptDeleted": computed(Kind.FLAG),
        "instances": computed(a_map(Kind.NUMBER)),
    },
    create=PUT,
    read=Call(method="GET", path=WORKFLOWS),
    update=PUT,
    delete=Call(method="DELETE", path=WORKFLOWS),
    id_from="name",
    import_id="account_id=accountId/workflow_name=workflowName",
)

TYPES = {"cloudflare:index/workflow:Workflow": WORKFLOW}
