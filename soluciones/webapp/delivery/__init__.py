"""Brings calls for a person from the outbox to where the site's people read them, until it is done."""
