"""The files of projects and stacks, and the configuration in them."""
