"""What can go wrong with the index folder, in words that say what to do."""

from __future__ import annotations


class StoreError(Exception):
    """The index folder cannot be read or written."""


class BuilderBusy(StoreError):
    """Another build holds the folder."""


class NoGeneration(StoreError):
    """Not one whole generation is there."""


class DamagedGeneration(StoreError):
    """A generation is not what its manifest says."""
