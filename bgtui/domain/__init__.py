"""Values and rules of trading on Bitget: no I/O, no clock reads, standard library only."""
