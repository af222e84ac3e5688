"""The gate: may this stack be deployed? One verdict from preview, policies, account and runbook, and why."""
