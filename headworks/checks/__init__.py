"""Checks: what is looked up where it is true, in the account, in the repository or on this machine."""
