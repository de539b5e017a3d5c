"""What intake and sink share on disk: system calls that a test can make fail, folders, claims, the sink's position."""
