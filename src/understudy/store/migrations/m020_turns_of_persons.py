"""Whose understudy is taught by what a person does with a turn, as of every other fact (`m016`); "" is everyone's.

And what a deleted correction left behind: the prompts of answers to which it was told, and the answers to unrelated
questions that a version's report quotes. So of what has ended these two may still be emptied, and nothing else changed.
"""

from __future__ import annotations

from sqlite_utils import Database

from understudy.store.migrations.m016_understudies import _RUN
from understudy.store.migrations.steps import migrations, run

_COMPLETION = (
    "id, turn, position, model, version, label, sampling, text, finish, error, notices, usage, writer, saved, created,"
    " finished, person"
)
_EMPTIED = "json_set({report}, '$.changed', json('[]'))"


@migrations()
def m020_turns_of_persons(db: Database) -> None:
    forget = f"SET report = {_EMPTIED.format(report='report')} WHERE json_array_length(report, '$.changed') > 0"
    run(
        db,
        f"""
        ALTER TABLE turns ADD COLUMN person TEXT NOT NULL DEFAULT '';
        UPDATE turns SET person = coalesce((SELECT max(person) FROM completions WHERE turn = turns.id), '');
        CREATE INDEX recalls_of_correction ON recalls (correction);

        DROP TRIGGER completions_finish_once;
        CREATE TRIGGER completions_finish_once BEFORE UPDATE OF {_COMPLETION} ON completions
            WHEN old.finish IS NOT NULL
            BEGIN SELECT RAISE(ABORT, 'a finished completion never changes'); END;
        CREATE TRIGGER completions_keep_their_prompt BEFORE UPDATE OF prompt ON completions
            WHEN old.finish IS NOT NULL AND new.prompt <> ''
            BEGIN SELECT RAISE(ABORT, 'a finished completion never changes'); END;
        CREATE TRIGGER prompts_forget AFTER DELETE ON corrections
            BEGIN UPDATE completions SET prompt = '' WHERE finish IS NOT NULL
                AND id IN (SELECT completion FROM recalls WHERE correction = old.id); END;

        DROP TRIGGER runs_finish_once;
        CREATE TRIGGER runs_finish_once BEFORE UPDATE OF {_RUN.replace(" report,", "")} ON runs
            WHEN old.finished IS NOT NULL
            BEGIN SELECT RAISE(ABORT, 'a finished run never changes'); END;
        CREATE TRIGGER runs_keep_their_report BEFORE UPDATE OF report ON runs
            WHEN old.finished IS NOT NULL AND new.report <> {_EMPTIED.format(report="old.report")}
            BEGIN SELECT RAISE(ABORT, 'a finished run never changes'); END;
        CREATE TRIGGER reports_forget AFTER UPDATE OF gone ON verdicts WHEN new.gone AND NOT old.gone
            BEGIN UPDATE versions {forget} AND id = new.version;
                UPDATE runs {forget} AND id = (SELECT run FROM versions WHERE id = new.version); END;
    """,
    )
