"""What the server remembers: conversations, feedback and hand-offs in SQLite."""
