"""The state of stacks on disk: checkpoint, journal, lock, and the passphrase of its secrets."""
