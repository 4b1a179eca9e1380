"""From a painted screen to the bytes on the terminal, and back to its old modes at the end."""
