"""What an app's repository gets from a stack's outputs: its wrangler configuration, the types of `env`, the names of its secrets."""

from headworks.render.rendering import CONFIGURATION, Rendering, render

__all__ = ["CONFIGURATION", "Rendering", "render"]
