"""What people make in Cloudflare's dashboard and no API makes with a given id: where alerts go.

A PagerDuty service is connected in a browser, and a webhook whose address is itself a secret is made by whoever knows it.
Stacks name both by their ids, so an account on this machine has to have them before a stack comes up.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from sandbox.account.alerting import PAGERDUTY, WEBHOOK
from sandbox.account.storage import Storage


def add_destinations(database: Path, account: str, *, pagerduty: Iterable[str], webhooks: Iterable[str]) -> None:
    """Add destinations by id to an account, also while it is served; those that are there stay as they are."""
    storage = Storage(database)
    try:
        with storage.transaction() as store:
            for identifier in pagerduty:
                if store.get(PAGERDUTY, account, identifier) is None:
                    store.put(PAGERDUTY, account, identifier, {"id": identifier, "name": "made by hand"})
            for identifier in webhooks:
                if store.get(WEBHOOK, account, identifier) is None:
                    store.put(WEBHOOK, account, identifier, _webhook(identifier))
    finally:
        storage.close()


def _webhook(identifier: str) -> dict[str, str | None]:
    return {
        "id": identifier,
        "name": "made by hand",
        "url": "https://webhook.invalid/made-by-hand",
        "type": "generic",
        "created_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "last_success": None,
        "last_failure": None,
    }
