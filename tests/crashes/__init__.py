"""Every fault at every window: nothing lost, nothing twice."""
