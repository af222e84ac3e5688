"""What the Workers of an environment run with, as far as environments of one system should be alike."""

from headworks.model.checks.every_worker import every_worker
from headworks.model.checks.names import bound, secret_lists
from headworks.model.environment import WorkerShape
from headworks.model.specification import Specification


def shape(specification: Specification) -> tuple[WorkerShape, ...]:
    """The main Worker's, then the companions'."""
    secrets = {key: names for key, names, _ in secret_lists(specification)}
    found = [(worker, name) for worker, name, _ in bound(specification)]
    return tuple(
        WorkerShape(
            key=key or "",
            compatibility_date=worker.compatibility_date,
            compatibility_flags=tuple(sorted(worker.compatibility_flags)),
            bindings=tuple(sorted({name for of, name in found if of == key} - {*secrets[key]})),
            secrets=tuple(sorted(secrets[key])),
            databases=tuple(
                sorted(
                    f"{each.host}:{each.port}/{each.database}"
                    for each in specification.hyperdrive.values()
                    if each.enabled and each.worker == key
                )
            ),
            rate_limits=tuple(sorted({limit.namespace_id for limit in worker.ratelimits.values()})),
        )
        for key, worker, _ in every_worker(specification)
    )
