"""Starts the pack: Pulumi reads the port of its server from standard output, so nothing else may be printed here."""

from policies.pack import start

start()
