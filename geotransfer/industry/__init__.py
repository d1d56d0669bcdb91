"""What an industry needs and what a place may take: profiles, delivered cost, policy, diagnosis."""
