"""Random faults for minutes, and the same oracle."""
