"""Generations on disk: built aside, checksummed, swapped in by one atomic rename, and never half served."""
