"""Pictures of a system: what there is in an environment, how it hangs together, and who makes it."""
