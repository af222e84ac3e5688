"""Workers: scripts with their versions and deployments, and what triggers them."""
