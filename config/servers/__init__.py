"""The embedded PostgreSQL and Valkey, and the one process that starts, watches and ends everything.

Nothing in here imports Django: it runs before there is a database to talk to.
"""
