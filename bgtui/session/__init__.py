"""One run of the program: feeds in, orders out."""
