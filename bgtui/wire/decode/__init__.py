"""Payloads to domain values, one module per subject; pure functions that raise nothing but `DecodeError`."""
