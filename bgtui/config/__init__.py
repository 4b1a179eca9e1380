"""Settings, the files they come from, and which exchange they lead to.

Nothing is imported here: `bgtui --help` must not pay for pydantic.
"""
