"""Probes: requests that a deployed Worker answers as its runbook says."""
