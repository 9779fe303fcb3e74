"""An understudy for each who wants one, beside everyone's: whose a fact, a run, a version and a champion is.

`person` is a name everywhere, "" for the understudy of everyone. Of a fact it is no part of what was said but of what
became of it, like its state, so it may move: a curator takes a correction over for everyone. Runs that have ended never
change, but whose they were may be told in other words, when somebody leaves (`Understudies.retire`).
"""

from __future__ import annotations

from sqlite_utils import Database

from understudy.store.migrations.m010_desk import _FACTS
from understudy.store.migrations.steps import migrations, run

_RUN = (
    "id, model, parent, trigger, state, wanted, phase, progress, seconds_left, recipe, snapshot, sentence, report,"
    " version, writer, heartbeat, created, started, finished"
)


@migrations()
def m016_understudies(db: Database) -> None:
    for table in ("corrections", "ratings", "preferences", "completions", "runs", "versions", "champions", "items"):
        db.execute(f"ALTER TABLE {table} ADD COLUMN person TEXT NOT NULL DEFAULT ''")
    run(
        db,
        f"""
        CREATE TABLE understudies (
            person TEXT PRIMARY KEY CHECK (person <> ''), active INTEGER NOT NULL CHECK (active IN (0, 1)),
            created TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        DROP INDEX champions_latest;
        CREATE INDEX champions_latest ON champions (model, person, id);
        CREATE INDEX items_person ON items (person) WHERE person <> '';

        DROP TRIGGER runs_finish_once;
        CREATE TRIGGER runs_finish_once BEFORE UPDATE OF {_RUN} ON runs WHEN old.finished IS NOT NULL
            BEGIN SELECT RAISE(ABORT, 'a finished run never changes'); END;
    """,
    )
    for table, fact in _FACTS.items():
        subject = fact.subject.format(fact="new")
        run(
            db,
            f"""
            DROP TRIGGER {table}_are_items;
            CREATE TRIGGER {table}_are_items AFTER INSERT ON {table} {fact.when} BEGIN
                INSERT INTO items (subject, kind, fact, turn, completion, model, version, state, label, author, created,
                    gone, person)
                SELECT {subject}, '{fact.kind}', new.id, completions.turn, completions.id, model, version, new.state,
                    {fact.label.format(fact="new")}, new.author, new.created, {fact.gone.format(fact="new")}, new.person
                FROM completions WHERE completions.id = new.{fact.completion}
                ON CONFLICT (subject) DO UPDATE SET fact = excluded.fact, completion = excluded.completion,
                    model = excluded.model, version = excluded.version, state = excluded.state, label = excluded.label,
                    author = excluded.author, created = excluded.created, gone = excluded.gone,
                    person = excluded.person, revision = revision + 1
                WHERE excluded.fact > items.fact; END;
            CREATE TRIGGER {table}_have_a_person AFTER UPDATE OF person ON {table} WHEN new.person <> old.person
                BEGIN UPDATE items SET person = new.person, revision = revision + 1
                    WHERE subject = {subject} AND fact = new.id AND person <> new.person; END;
        """,
        )
