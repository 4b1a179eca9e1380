"""Shapes of Bitget's messages, for the decoder that reads bytes."""
