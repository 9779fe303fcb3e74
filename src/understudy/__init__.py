"""Understudy: chat with a language model and its tuned versions side by side; what you correct, it learns.

Importing the package costs nothing: torch, gradio and openai are loaded by the modules that use them.
"""

__version__ = "0.1.0"
