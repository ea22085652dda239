"""What is a guide made of? Types, front matter, Markdown rules, chunks, lint. No Flask, no index."""
