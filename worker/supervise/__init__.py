"""`copydesk run` as a process tree: start, watch, start again, drain, and never leave anything behind."""
