"""How the database came to be, step by step. A step that was released never changes; what is new is a new step.

All pending steps run in one transaction when the store is opened (see `schema.upgrade`). Facts (ratings, corrections,
preferences) are append-only, and the database itself says so: their triggers refuse every change, and every deletion
that is not the purge of a conversation that was deleted before. Deferred references let a whole conversation go at
once without a cascade along its turns, which SQLite would cut off at a depth of 1000.
"""

from understudy.store.migrations import (  # noqa: F401  # importing a step enters it, in this order
    m001_conversations,
    m002_feedback,
    m003_models,
    m004_search,
    m005_base_model,
    m006_learning,
    m007_signals,
    m008_providers,
    m009_gone_models,
    m010_desk,
    m011_batches,
    m012_exports,
    m013_explorations,
    m014_balance_and_wordings,
    m015_people,
    m016_understudies,
    m017_pushes,
    m019_outbox,
    m020_turns_of_persons,
)
from understudy.store.migrations.steps import migrations

__all__ = ["migrations"]
