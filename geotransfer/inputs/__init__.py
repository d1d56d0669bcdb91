"""What a study reads: its zones and layers, opened once, recorded with their sha256, shared between runs."""
