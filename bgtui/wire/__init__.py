"""Bitget's protocol as data: names, shapes, spellings and signatures; no I/O."""
