"""A provider of our own, for tests: stateful, on this machine, its every answer held against OpenAI's description."""
