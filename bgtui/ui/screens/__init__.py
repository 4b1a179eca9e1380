"""One module per screen; `registry` lists them."""
