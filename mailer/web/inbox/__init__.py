"""The local inbox: an SMTP server that stores messages in a folder, for trying things out.

It takes mail for everybody, checks nothing and passes nothing on. Not for the public Internet.
"""
