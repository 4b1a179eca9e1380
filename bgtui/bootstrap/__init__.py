"""The composition root: the only place where clients are constructed, and the order in which they close.

`child` and `embedded` start a simulator where nothing else is set, `opening` builds what talks to an
exchange. Nothing is imported here: the simulator is started before what will talk to it is loaded.
"""
