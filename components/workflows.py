"""Workflows: code that goes on where it stopped, for as long as it takes."""

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

import pulumi

from components.bindings import MAIN, Bound
from components.cloudflare import Workflow
from components.protection import stateful


class WorkflowArgs(TypedDict):
    key: str
    """The key in the system's file; part of the logical name."""
    name: str
    """The physical name. Another name is another Workflow, without the instances: `components.physical_names` refuses the change."""
    binding: str
    class_name: str
    """The class that the Worker's code exports."""
    worker: NotRequired[str]
    """Key of the companion whose code and binding it is; without it the main Worker's."""


class WorkflowSetArgs(TypedDict):
    account_id: str
    production: bool
    workflows: Sequence[WorkflowArgs]


class WorkflowSet(Bound):
    """The Workflows of an environment. It starts and stops no instance.

    They are made by `attach` after the upload that exports their classes, or by wrangler with its own upload.
    """

    def __init__(self, name: str, args: WorkflowSetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("headworks:index:WorkflowSet", name, _inputs(args), opts)
        self._name, self._args = name, args
        for workflow in args["workflows"]:
            self.bind(
                {
                    "type": "workflow",
                    "name": workflow["binding"],
                    "workflow_name": workflow["name"],
                    "class_name": workflow["class_name"],
                },
                workflow.get("worker", MAIN),
            )
        self.register_outputs({})

    def attach(self, worker: str, deployed_script: pulumi.Input[str]) -> None:
        """Make the Workflows of one Worker; `deployed_script` is the script's name as an output of its upload."""
        for workflow in self._args["workflows"]:
            if workflow.get("worker", MAIN) == worker:
                Workflow(
                    f"{self._name}-{workflow['key']}",
                    account_id=self._args["account_id"],
                    workflow_name=workflow["name"],
                    class_name=workflow["class_name"],
                    script_name=deployed_script,
                    # Its instances wait and run for weeks; they go with it.
                    opts=stateful(self, production=self._args["production"]),
                )


def _inputs(args: WorkflowSetArgs) -> dict[str, Any]:
    return {
        "accountId": args["account_id"],
        "production": args["production"],
        "workflows": [_workflow_inputs(workflow) for workflow in args["workflows"]],
    }


def _workflow_inputs(workflow: WorkflowArgs) -> dict[str, str]:
    inputs = {
        "key": workflow["key"],
        "name": workflow["name"],
        "binding": workflow["binding"],
        "className": workflow["class_name"],
    }
    return inputs | ({"worker": workflow["worker"]} if "worker" in workflow else {})
