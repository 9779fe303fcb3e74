"""What was corrected comes back as a note in the prompt of the next answer (design, first tier)."""

from understudy.memory.embedder import EmbedderLoader
from understudy.memory.notes import Reading, with_notes
from understudy.memory.recall import Memory, Remembered

__all__ = ["EmbedderLoader", "Memory", "Reading", "Remembered", "with_notes"]
