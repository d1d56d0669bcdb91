"""A study: a scenario, its criteria and rules, and the result. The only room where the parts meet."""
