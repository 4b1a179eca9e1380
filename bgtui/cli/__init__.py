"""The command line: flags become settings, and each command has a module."""
