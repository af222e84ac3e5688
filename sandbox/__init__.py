"""A Cloudflare account, its provider and a deployment engine on this machine."""

import os

# gRPC would log the end of a policy pack's or plugin's connection on standard error, in the middle of what a person reads.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
