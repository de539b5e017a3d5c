"""When two articles are copies of each other. Pure."""
