"""Which Cloudflare account a command talks to: the local one, or the one that the environment names."""

import os
from dataclasses import dataclass, field

from headworks import sandbox
from headworks.failure import Failure
from headworks.workspace import Workspace

CLOUD = "https://api.cloudflare.com/client/v4"


@dataclass(frozen=True)
class Access:
    """Address of the v4 API and the token to use there."""

    base_url: str
    token: str = field(repr=False)
    local: bool

    @property
    def environment(self) -> dict[str, str]:
        """What the provider, the SDKs and wrangler read; wrangler has its own name for the address."""
        return {
            "CLOUDFLARE_BASE_URL": self.base_url,
            "CLOUDFLARE_API_BASE_URL": self.base_url,
            "CLOUDFLARE_API_TOKEN": self.token,
        }


def find_access(workspace: Workspace) -> Access:
    """An address in the environment wins; then the local account if it runs; then the cloud, if there is a token.

    Raises Failure (exit 3) when there is none of them.
    """
    token = os.environ.get("CLOUDFLARE_API_TOKEN", "")
    if base_url := os.environ.get("CLOUDFLARE_BASE_URL"):
        return Access(base_url=base_url.rstrip("/"), token=token, local=sandbox.is_loopback(base_url))
    if server := sandbox.running(workspace.home):
        return Access(base_url=server.address, token=server.token, local=True)
    if token:
        return Access(base_url=CLOUD, token=token, local=False)
    raise Failure(
        "There is no account to talk to: the local account is not running, and CLOUDFLARE_API_TOKEN is not set.",
        fix="Start the local one with `headworks sandbox start`, or set CLOUDFLARE_API_TOKEN for a real account.",
        exit_code=3,
    )
