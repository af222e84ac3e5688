"""What people vouch for: attestations, signed with their own keys, and waivers of policies, with an end."""
