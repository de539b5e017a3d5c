"""What follows from the text itself. Pure."""
