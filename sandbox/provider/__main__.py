"""The provider as a plugin process: `python -m sandbox.provider [ENGINE_ADDRESS]` prints its port and serves.

With an engine's address it ends when nobody listens there any more: an engine that was killed cannot stop its plugins.
"""

import argparse
import asyncio
import contextlib

from sandbox.provider.server import start


async def serve(engine: str, every: float) -> None:
    server = await start(engine=engine)
    print(server.address.rpartition(":")[2], flush=True)
    if not engine:
        await server.wait()
    while await _listens(engine):  # noqa: ASYNC110 - nothing in this process could set an event
        await asyncio.sleep(every)
    await server.stop()


async def _listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m sandbox.provider", description=__doc__)
    parser.add_argument("engine", nargs="?", default="", help="address of the engine's log, as engines pass it")
    parser.add_argument("--check-engine-every", type=float, default=20.0, metavar="SECONDS", help=argparse.SUPPRESS)
    arguments, _ = parser.parse_known_args()  # engines add flags of their own (-v=9 …)
    asyncio.run(serve(arguments.engine, arguments.check_engine_every))
