"""What people type after `headworks`, one module per subject; `headworks.cli` puts them together."""
