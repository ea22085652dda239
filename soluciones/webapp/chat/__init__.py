"""The chat page and the HTML fragments it grows by."""
