"""Looks into the account for what the refresh of a state does not see: what is beside its resources, and what wrangler makes."""
