"""The program of every system here: from the files of a stack to everything that it creates."""

from pathlib import Path

import pulumi

from components.worker_environment import WorkerEnvironment
from headworks.evidence.waivers import waivers_of_stack
from headworks.facts import read_facts
from headworks.failure import Failure
from headworks.model.files import load_environment
from headworks.model.problems import SpecificationError
from headworks.runbooks.document import runbook_document

config = pulumi.Config("headworks")
configuration = {key: config.require_object(key) for key in ("system", "environment")}
program, directory, stack = Path(__file__).parent, Path(pulumi.get_root_directory()), pulumi.get_stack()
try:
    environment = load_environment(directory, stack, configuration=configuration)
    waivers = waivers_of_stack(directory, stack)
    runbook = runbook_document(program, environment)
except (SpecificationError, Failure) as error:
    raise pulumi.RunError(str(error)) from error

facts = read_facts(environment.account_id, environment.names.scripts)
worker = WorkerEnvironment(
    environment.system,
    {"environment": environment, "facts": facts, "directory": program, "waivers": waivers},
)
for concern, document in (worker.outputs | runbook).items():
    pulumi.export(concern, document)
