"""The provider as a plugin process: `python -m sandbox.provider [ENGINE_ADDRESS]` prints its port and serves."""

import asyncio
import sys

from sandbox.provider.server import start


async def serve(engine: str) -> None:
    server = await start(engine=engine)
    print(server.address.rpartition(":")[2], flush=True)
    await server.wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1] if len(sys.argv) > 1 else ""))
