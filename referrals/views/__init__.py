"""Pages of the directory, of a client's options, and of the papers."""
