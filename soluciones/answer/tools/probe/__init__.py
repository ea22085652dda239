"""Talks to a mail server as far as its capabilities, never further: no login, no credentials, bounded in everything."""
