"""Who says what: quotations, indirect speech and their speakers. Pure."""
