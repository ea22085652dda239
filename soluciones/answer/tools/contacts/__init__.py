"""Reading, comparing, merging and writing contact cards (vCard 2.1, 3.0 and 4.0)."""
