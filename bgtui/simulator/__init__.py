"""A small Bitget on loopback: what the program trades on by default, and what tests talk to."""
