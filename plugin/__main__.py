"""Serves the components. Pulumi reads the port of this process from standard output, so nothing else may be printed here."""

from importlib.metadata import version

from pulumi.provider.experimental import component_provider_host

from plugin.offer import COMPONENTS

component_provider_host(name="headworks", version=version("headworks"), components=list(COMPONENTS))
