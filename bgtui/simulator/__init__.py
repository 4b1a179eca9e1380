"""A small Bitget on loopback: what the program trades on when nothing else is configured, and what tests talk to."""
