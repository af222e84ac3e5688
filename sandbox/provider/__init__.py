"""The cloudflare provider for a local account: a table of resources and a small interpreter behind Pulumi's protocol.

It sends the requests that the real plugin sends and comes to the same decisions and states. It only talks to addresses
on this machine.
"""

from sandbox.provider.server import Server, start

__all__ = ["Server", "start"]
