"""The portal for machines: what crawlers, feed readers, browsers' search boxes and language models read."""
