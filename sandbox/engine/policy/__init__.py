"""Policy packs: their processes, their configuration, and what they find (Pulumi's analyzers)."""
