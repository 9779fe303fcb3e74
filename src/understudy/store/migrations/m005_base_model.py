"""Which model `base` means: the one chosen last."""

from __future__ import annotations

from sqlite_utils import Database

from understudy.store.migrations.steps import migrations


@migrations()
def m005_base_model(db: Database) -> None:
    db.execute("ALTER TABLE models ADD COLUMN chosen TEXT")
