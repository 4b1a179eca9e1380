"""The protocol over real sockets: requests and streams, with their limits, clocks and failures."""
