"""The starter model: how Understudy's own small model is made, from its corpus to its card.

A second package beside the app, which never imports it: the app only loads the folder that this package writes.
The idea: a five-million-parameter model cannot know the world, but it can learn to *read notes*: find the note that fits
a question and say its sentence again. That is what lets a remembered correction work at once, before any training.
"""
