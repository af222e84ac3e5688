"""The core: from what a program wants, and what the state says is there, to steps that run. Begin with `deployment`."""
