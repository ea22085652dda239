"""Files that the set-up tool writes, one kind a module. Pure: settings in, bytes out, the same bytes every time."""
