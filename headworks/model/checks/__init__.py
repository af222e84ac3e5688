"""What must hold between several values of one environment. Each check yields all that it finds."""

from collections.abc import Iterator

from headworks.model.checks import alerts, catalogue, entrances, migrations, names, queues, references, storage, workers
from headworks.model.problems import Finding
from headworks.model.specification import Specification


def findings(specification: Specification) -> Iterator[Finding]:
    for subject in (names, references, queues, workers, migrations, entrances, storage, catalogue, alerts):
        for check in subject.CHECKS:
            yield from check(specification)
