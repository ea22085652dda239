"""What the header and bounce analyser is made of: one module per thing that a message tells."""
