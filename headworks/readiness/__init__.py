"""Readiness: where each line of a runbook stands for one stack, and what makes it so."""
