"""From Markdown to sections of blocks. The order of the rules is the table in ``rules/__init__.py``."""
