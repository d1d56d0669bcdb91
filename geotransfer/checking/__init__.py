"""Is a file what it says it is? Findings with a number each and a way out; nothing is changed unless told."""
