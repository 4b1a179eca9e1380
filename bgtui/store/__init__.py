"""Live state as read models: events in, immutable values out, a version for whoever draws."""
