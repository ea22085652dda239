"""The portal: home, search, guides, tools and the way to a person, as pages that need no JavaScript."""
