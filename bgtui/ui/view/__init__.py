"""What is drawn, as plain values: read models in, rows of spans out. Nothing here knows the toolkit."""
