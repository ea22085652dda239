"""The steps of the pipeline, one file each: plain callables from ``Turn`` to ``Turn``."""
