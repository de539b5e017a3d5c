"""The proofs; the folders mirror `worker/`."""
