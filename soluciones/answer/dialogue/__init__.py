"""A tool that lacks a value asks for it, and the next message answers."""
