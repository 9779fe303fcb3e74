"""The program as one of the desktop: a window of its own, one running instance, an entry in the menu of the system.

A page in a window needs no other page: what is shown is what the browser shows, from the same address.
"""
