"""Opinions of visitors, and their calls for a person: what is asked, checked and shown."""
