"""What a plant finds in each zone and what it costs there: power, freight, water, and the place it comes from."""
