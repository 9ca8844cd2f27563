"""Conversations in a browser: Datasette on a loopback port, with our pages in front of its own.

Needs the extra `datasette`. `server.py` starts it, `guard.py` decides who may ask, `pages.py` answers.
"""
