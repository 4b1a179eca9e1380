"""What tests share: virtual time, in-memory sockets, a small exchange on loopback."""
