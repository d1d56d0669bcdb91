"""What a run gives back: the value, what its columns mean, and what differs between two of them."""
