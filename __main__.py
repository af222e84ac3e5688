"""The program of every system here: from the files of a stack to everything that it creates."""

from pathlib import Path

import pulumi

from components.worker_environment import WorkerEnvironment
from headworks.facts import read_facts
from headworks.model.files import load_environment
from headworks.model.problems import SpecificationError

config = pulumi.Config("headworks")
configuration = {key: config.require_object(key) for key in ("system", "environment")}
try:
    environment = load_environment(Path(pulumi.get_root_directory()), pulumi.get_stack(), configuration=configuration)
except SpecificationError as error:
    raise pulumi.RunError(str(error)) from error

facts = read_facts(environment.account_id, environment.names.scripts)
worker = WorkerEnvironment(
    environment.system, {"environment": environment, "facts": facts, "directory": Path(__file__).parent}
)
for concern, document in worker.outputs.items():
    pulumi.export(concern, document)
