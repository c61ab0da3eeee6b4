"""Every figure the README quotes, each with one command: `script/bench NAME`."""
