"""Who moves what to where: capacity offered by origins matched with places that can take it, and who gains by it."""
