"""Providers: what they are asked and answer, those behind gRPC, and the processes that serve them."""
