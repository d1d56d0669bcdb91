"""Where a plant may not stand: each rule of a scenario, checked on the grid, and the land that is left."""
