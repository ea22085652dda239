"""What do we build, and in what order do we show it? Keyword, embeddings, store, ranking. No Flask."""
