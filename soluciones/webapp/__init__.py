"""How do people reach it? The only package that knows Flask."""
