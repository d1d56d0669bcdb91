"""Freight by rail, road, river and sea: modes, network, routes, corridor."""
