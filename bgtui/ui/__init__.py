"""The terminal: Textual screens over one store. Nothing here talks to an exchange."""
