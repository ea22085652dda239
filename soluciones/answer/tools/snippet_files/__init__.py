"""The example programs. ``@@NAME@@`` stands for a value, ``@@t.key@@`` for a text in the visitor's language."""
