"""How the database came to be, step by step. A step that was released never changes; what is new is a new step.

All pending steps run in one transaction when the store is opened (see `schema.upgrade`). Facts (ratings, corrections,
preferences) are append-only, and the database itself says so: their triggers refuse every change, and every deletion
that is not the purge of a conversation that was deleted before. Deferred references let a whole conversation go at
once without a cascade along its turns, which SQLite would cut off at a depth of 1000.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("understudy")


def _run(db: Database, script: str) -> None:
    """A script of paragraphs. Each runs by itself, because the library's splitter is quadratic in its length."""
    for paragraph in script.strip().split("\n\n"):
        db.executescript(paragraph)


@migrations()
def m001_conversations(db: Database) -> None:
    """The tree: a turn hangs on the completion it continues from, completions on the turn they answer."""
    _run(
        db,
        """
        CREATE TABLE conversations (
            id TEXT PRIMARY KEY, title TEXT NOT NULL, system TEXT NOT NULL,
            columns TEXT NOT NULL CHECK (json_valid(columns)), sampling TEXT NOT NULL CHECK (json_valid(sampling)),
            blind INTEGER NOT NULL CHECK (blind IN (0, 1)),
            head TEXT REFERENCES turns (id) DEFERRABLE INITIALLY DEFERRED,
            created TEXT NOT NULL, updated TEXT NOT NULL, deleted TEXT
        ) STRICT;
        CREATE INDEX conversations_newest ON conversations (updated DESC, id DESC) WHERE deleted IS NULL;
        CREATE INDEX conversations_deleted ON conversations (deleted) WHERE deleted IS NOT NULL;
        CREATE INDEX conversations_head ON conversations (head);

        CREATE TABLE turns (
            id TEXT PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            parent TEXT REFERENCES completions (id) DEFERRABLE INITIALLY DEFERRED,
            text TEXT NOT NULL, system TEXT NOT NULL, blind INTEGER NOT NULL CHECK (blind IN (0, 1)),
            chosen TEXT REFERENCES completions (id) DEFERRABLE INITIALLY DEFERRED, created TEXT NOT NULL
        ) STRICT;
        CREATE INDEX turns_place ON turns (conversation, parent);
        CREATE INDEX turns_parent ON turns (parent);
        CREATE INDEX turns_chosen ON turns (chosen);
        CREATE TRIGGER turns_never_change BEFORE UPDATE OF id, conversation, parent, text, system, blind, created
            ON turns BEGIN SELECT RAISE(ABORT, 'a turn never changes'); END;

        CREATE TABLE completions (
            id TEXT PRIMARY KEY, turn TEXT NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
            position INTEGER NOT NULL CHECK (position >= 0),
            model TEXT NOT NULL, version INTEGER NOT NULL CHECK (version >= 0), label TEXT NOT NULL,
            sampling TEXT NOT NULL CHECK (json_valid(sampling)), text TEXT NOT NULL DEFAULT '',
            finish TEXT CHECK (finish IN ('stop', 'length', 'stopped', 'error', 'interrupted')), error TEXT,
            notices TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(notices)), prompt TEXT NOT NULL DEFAULT '',
            usage TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(usage)),
            writer TEXT NOT NULL, saved TEXT NOT NULL, created TEXT NOT NULL, finished TEXT
        ) STRICT;
        CREATE INDEX completions_of_turn ON completions (turn, position, id);
        CREATE INDEX completions_running ON completions (id) WHERE finish IS NULL;
        CREATE TRIGGER completions_finish_once BEFORE UPDATE ON completions WHEN old.finish IS NOT NULL
            BEGIN SELECT RAISE(ABORT, 'a finished completion never changes'); END;

        CREATE TRIGGER conversations_stay BEFORE DELETE ON conversations WHEN old.deleted IS NULL
            BEGIN SELECT RAISE(ABORT, 'only a deleted conversation can be purged'); END;
        CREATE TRIGGER turns_stay BEFORE DELETE ON turns
            WHEN EXISTS (SELECT 1 FROM conversations WHERE id = old.conversation AND deleted IS NULL)
            BEGIN SELECT RAISE(ABORT, 'turns leave only with their conversation'); END;
        CREATE TRIGGER completions_stay BEFORE DELETE ON completions
            WHEN EXISTS (SELECT 1 FROM turns JOIN conversations ON conversations.id = turns.conversation
                         WHERE turns.id = old.turn AND deleted IS NULL)
            BEGIN SELECT RAISE(ABORT, 'completions leave only with their conversation'); END;
    """,
    )


@migrations()
def m002_feedback(db: Database) -> None:
    """What people said about answers. `corrections.state` is the one value that moves: what learning made of it."""
    _run(
        db,
        """
        CREATE TABLE ratings (
            id TEXT PRIMARY KEY, completion TEXT NOT NULL REFERENCES completions (id) ON DELETE CASCADE,
            label INTEGER CHECK (label IN (0, 1)), reasons TEXT NOT NULL CHECK (json_valid(reasons)),
            comment TEXT NOT NULL, created TEXT NOT NULL
        ) STRICT;
        CREATE INDEX ratings_latest ON ratings (completion, id);

        CREATE TABLE corrections (
            id TEXT PRIMARY KEY, completion TEXT NOT NULL REFERENCES completions (id) ON DELETE CASCADE,
            original TEXT NOT NULL, text TEXT NOT NULL, withdrawn INTEGER NOT NULL CHECK (withdrawn IN (0, 1)),
            created TEXT NOT NULL, author TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting'
        ) STRICT;
        CREATE INDEX corrections_latest ON corrections (completion, id);

        CREATE TABLE preferences (
            id TEXT PRIMARY KEY, vote TEXT NOT NULL, turn TEXT NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
            a TEXT NOT NULL REFERENCES completions (id) DEFERRABLE INITIALLY DEFERRED,
            b TEXT NOT NULL REFERENCES completions (id) DEFERRABLE INITIALLY DEFERRED CHECK (a <> b),
            verdict TEXT NOT NULL CHECK (verdict IN ('a', 'b', 'tie', 'both_bad', 'withdrawn')),
            blind INTEGER NOT NULL CHECK (blind IN (0, 1)), created TEXT NOT NULL
        ) STRICT;
        CREATE INDEX preferences_latest ON preferences (turn, vote, id);
        CREATE INDEX preferences_a ON preferences (a);
        CREATE INDEX preferences_b ON preferences (b);

        CREATE TRIGGER ratings_never_change BEFORE UPDATE ON ratings
            BEGIN SELECT RAISE(ABORT, 'a rating never changes'); END;
        CREATE TRIGGER corrections_never_change
            BEFORE UPDATE OF id, completion, original, text, withdrawn, created, author ON corrections
            BEGIN SELECT RAISE(ABORT, 'a correction never changes'); END;
        CREATE TRIGGER preferences_never_change BEFORE UPDATE ON preferences
            BEGIN SELECT RAISE(ABORT, 'a preference never changes'); END;
    """,
    )
    for table, turn in (
        ("ratings", "(SELECT turn FROM completions WHERE id = old.completion)"),
        ("corrections", "(SELECT turn FROM completions WHERE id = old.completion)"),
        ("preferences", "old.turn"),
    ):
        _run(
            db,
            f"""
            CREATE TRIGGER {table}_stay BEFORE DELETE ON {table}
                WHEN EXISTS (SELECT 1 FROM turns JOIN conversations ON conversations.id = turns.conversation
                             WHERE turns.id = {turn} AND deleted IS NULL)
                BEGIN SELECT RAISE(ABORT, '{table} leave only with their conversation'); END;
        """,
        )


@migrations()
def m003_models(db: Database) -> None:
    """Registered base models, their tuned versions, and which version was the champion when."""
    _run(
        db,
        """
        CREATE TABLE models (name TEXT PRIMARY KEY, source TEXT NOT NULL, added TEXT NOT NULL) STRICT;
        CREATE TABLE versions (
            id TEXT PRIMARY KEY, model TEXT NOT NULL, number INTEGER NOT NULL CHECK (number >= 1), name TEXT NOT NULL,
            path TEXT NOT NULL, created TEXT NOT NULL, note TEXT NOT NULL, UNIQUE (model, number)
        ) STRICT;
        CREATE TABLE champions (
            id TEXT PRIMARY KEY, model TEXT NOT NULL, number INTEGER NOT NULL CHECK (number >= 0), created TEXT NOT NULL
        ) STRICT;
        CREATE INDEX champions_latest ON champions (model, id);
    """,
    )


@migrations()
def m004_search(db: Database) -> None:
    """One passage a searchable text, kept by triggers so that no writer can forget it; FTS5 indexes the passages.

    A passage is a copy. External content over the four tables would save that copy, but needs integer keys that
    survive VACUUM in each of them. A running answer enters when it is finished, a withdrawn correction leaves.
    """
    _run(
        db,
        """
        CREATE TABLE passages (
            id INTEGER PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            kind TEXT NOT NULL CHECK (kind IN ('title', 'turn', 'completion', 'correction')), source TEXT NOT NULL,
            text TEXT NOT NULL, UNIQUE (source, kind)
        ) STRICT;
        CREATE INDEX passages_of_conversation ON passages (conversation);
        CREATE VIRTUAL TABLE search USING fts5 (
            text, content='passages', content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='2 3'
        );
        CREATE TRIGGER passages_insert AFTER INSERT ON passages
            BEGIN INSERT INTO search (rowid, text) VALUES (new.id, new.text); END;
        CREATE TRIGGER passages_delete AFTER DELETE ON passages
            BEGIN INSERT INTO search (search, rowid, text) VALUES ('delete', old.id, old.text); END;

        CREATE TRIGGER conversations_title_new AFTER INSERT ON conversations WHEN new.title <> ''
            BEGIN INSERT INTO passages (conversation, kind, source, text)
                VALUES (new.id, 'title', new.id, new.title); END;
        CREATE TRIGGER conversations_title_set AFTER UPDATE OF title ON conversations WHEN new.title <> old.title
            BEGIN DELETE FROM passages WHERE source = new.id AND kind = 'title';
                INSERT INTO passages (conversation, kind, source, text)
                VALUES (new.id, 'title', new.id, new.title); END;
        CREATE TRIGGER turns_searchable AFTER INSERT ON turns
            BEGIN INSERT INTO passages (conversation, kind, source, text)
                VALUES (new.conversation, 'turn', new.id, new.text); END;
        CREATE TRIGGER completions_searchable_new AFTER INSERT ON completions
            WHEN new.finish IS NOT NULL AND new.text <> ''
            BEGIN INSERT INTO passages (conversation, kind, source, text)
                SELECT conversation, 'completion', new.id, new.text FROM turns WHERE id = new.turn; END;
        CREATE TRIGGER completions_searchable AFTER UPDATE OF finish ON completions
            WHEN new.finish IS NOT NULL AND old.finish IS NULL AND new.text <> ''
            BEGIN INSERT INTO passages (conversation, kind, source, text)
                SELECT conversation, 'completion', new.id, new.text FROM turns WHERE id = new.turn; END;
        CREATE TRIGGER corrections_searchable AFTER INSERT ON corrections
            BEGIN DELETE FROM passages WHERE source = new.completion AND kind = 'correction';
                INSERT INTO passages (conversation, kind, source, text)
                SELECT conversation, 'correction', new.completion, new.text
                FROM turns JOIN completions ON completions.turn = turns.id
                WHERE completions.id = new.completion AND NOT new.withdrawn; END;

        INSERT INTO passages (conversation, kind, source, text)
            SELECT id, 'title', id, title FROM conversations WHERE title <> '';
        INSERT INTO passages (conversation, kind, source, text) SELECT conversation, 'turn', id, text FROM turns;
        INSERT INTO passages (conversation, kind, source, text)
            SELECT conversation, 'completion', completions.id, completions.text
            FROM completions JOIN turns ON turns.id = completions.turn
            WHERE finish IS NOT NULL AND completions.text <> '';
        INSERT INTO passages (conversation, kind, source, text)
            SELECT conversation, 'correction', completion, corrections.text
            FROM corrections JOIN completions ON completions.id = corrections.completion
            JOIN turns ON turns.id = completions.turn
            WHERE NOT withdrawn
              AND corrections.id = (SELECT max(id) FROM corrections AS c WHERE c.completion = corrections.completion);
    """,
    )


@migrations()
def m005_base_model(db: Database) -> None:
    """Which model `base` means: the one chosen last."""
    db.execute("ALTER TABLE models ADD COLUMN chosen TEXT")


@migrations()
def m006_learning(db: Database) -> None:
    """What learning adds: approval and a switch on corrections, runs with their curves, verdicts, recalled memories.

    A verdict copies what was said before and after; when its correction is purged, the copies go and `gone` stays, so
    that a version still tells that it was trained on something deleted since.
    """
    _run(
        db,
        """
        ALTER TABLE corrections ADD COLUMN enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1));
        ALTER TABLE corrections ADD COLUMN tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags));
        CREATE INDEX corrections_state ON corrections (state, id);

        ALTER TABLE versions ADD COLUMN parent INTEGER;
        ALTER TABLE versions ADD COLUMN run TEXT;
        ALTER TABLE versions ADD COLUMN passed INTEGER CHECK (passed IN (0, 1));
        ALTER TABLE versions ADD COLUMN report TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(report));
        ALTER TABLE versions ADD COLUMN removed TEXT;

        CREATE TABLE runs (
            id TEXT PRIMARY KEY, model TEXT NOT NULL, parent INTEGER NOT NULL, trigger TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled')),
            wanted TEXT NOT NULL DEFAULT '' CHECK (wanted IN ('', 'pause', 'cancel')),
            phase TEXT NOT NULL DEFAULT '', progress REAL NOT NULL DEFAULT 0, seconds_left REAL,
            recipe TEXT NOT NULL CHECK (json_valid(recipe)), snapshot TEXT NOT NULL CHECK (json_valid(snapshot)),
            sentence TEXT NOT NULL DEFAULT '', report TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(report)),
            version INTEGER, writer TEXT NOT NULL DEFAULT '', heartbeat TEXT NOT NULL DEFAULT '',
            created TEXT NOT NULL, started TEXT, finished TEXT
        ) STRICT;
        CREATE INDEX runs_open ON runs (id) WHERE finished IS NULL;
        CREATE TRIGGER runs_finish_once BEFORE UPDATE ON runs WHEN old.finished IS NOT NULL
            BEGIN SELECT RAISE(ABORT, 'a finished run never changes'); END;

        CREATE TABLE points (
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, name TEXT NOT NULL, step INTEGER NOT NULL,
            value REAL NOT NULL, PRIMARY KEY (run, name, step)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE verdicts (
            version TEXT NOT NULL REFERENCES versions (id) ON DELETE CASCADE, correction TEXT NOT NULL,
            before TEXT NOT NULL, after TEXT NOT NULL, learned INTEGER NOT NULL CHECK (learned IN (0, 1)),
            reason TEXT NOT NULL, gone INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (version, correction)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX verdicts_of_correction ON verdicts (correction);
        CREATE TRIGGER verdicts_forget AFTER DELETE ON corrections
            BEGIN UPDATE verdicts SET before = '', after = '', gone = 1 WHERE correction = old.id; END;

        CREATE TABLE recalls (
            completion TEXT NOT NULL REFERENCES completions (id) ON DELETE CASCADE, correction TEXT NOT NULL,
            score REAL NOT NULL, conflict TEXT, PRIMARY KEY (completion, correction)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE embeddings (
            embedder TEXT NOT NULL, correction TEXT NOT NULL REFERENCES corrections (id) ON DELETE CASCADE,
            vector BLOB NOT NULL, PRIMARY KEY (embedder, correction)
        ) STRICT, WITHOUT ROWID;
    """,
    )


@migrations()
def m007_signals(db: Database) -> None:
    """What people do without saying so, as far as the tree does not tell it; and the wordings that a run trained.

    `turns.chosen` moves; every choice behind it is a continuation, the newest counts. A form is a copy of what somebody
    asked in other words, so it leaves with its correction.
    """
    _run(
        db,
        """
        CREATE TABLE continuations (
            id TEXT PRIMARY KEY, turn TEXT NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
            completion TEXT REFERENCES completions (id) DEFERRABLE INITIALLY DEFERRED, created TEXT NOT NULL
        ) STRICT;
        CREATE INDEX continuations_latest ON continuations (turn, id);
        CREATE INDEX continuations_completion ON continuations (completion);
        INSERT INTO continuations SELECT id, id, chosen, created FROM turns WHERE chosen IS NOT NULL;

        CREATE TABLE edits (
            turn TEXT PRIMARY KEY REFERENCES turns (id) ON DELETE CASCADE,
            earlier TEXT NOT NULL REFERENCES turns (id) DEFERRABLE INITIALLY DEFERRED CHECK (turn <> earlier),
            created TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX edits_earlier ON edits (earlier);

        CREATE TABLE forms (
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            correction TEXT NOT NULL REFERENCES corrections (id) ON DELETE CASCADE,
            text TEXT NOT NULL, author TEXT NOT NULL CHECK (author IN ('rule', 'model')),
            PRIMARY KEY (run, correction, text)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX forms_of_correction ON forms (correction);
    """,
    )
    for table, noun in (("continuations", "a continuation"), ("edits", "an edit")):
        _run(
            db,
            f"""
            CREATE TRIGGER {table}_never_change BEFORE UPDATE ON {table}
                BEGIN SELECT RAISE(ABORT, '{noun} never changes'); END;
            CREATE TRIGGER {table}_stay BEFORE DELETE ON {table}
                WHEN EXISTS (SELECT 1 FROM turns JOIN conversations ON conversations.id = turns.conversation
                             WHERE turns.id = old.turn AND deleted IS NULL)
                BEGIN SELECT RAISE(ABORT, '{table} leave only with their conversation'); END;
        """,
        )


@migrations()
def m008_providers(db: Database) -> None:
    """Jobs at providers, what lies on their side, imported lines, recorded answers and what people think of them.

    A job's row is there before anything is sent, its outside id from the next statement on: an id is set once and never
    changed, so that a paid job is never lost from sight. Metrics are points of the job's run.
    """
    _run(
        db,
        """
        CREATE TABLE imports (
            id TEXT PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
            source TEXT NOT NULL, line INTEGER NOT NULL, format TEXT NOT NULL, digest TEXT NOT NULL,
            frame TEXT NOT NULL CHECK (json_valid(frame)), turn TEXT, chosen TEXT, rejected TEXT, created TEXT NOT NULL
        ) STRICT;
        CREATE INDEX imports_of_conversation ON imports (conversation);
        CREATE INDEX imports_digest ON imports (digest);
        CREATE TRIGGER imports_never_change BEFORE UPDATE ON imports
            BEGIN SELECT RAISE(ABORT, 'an imported line never changes'); END;

        CREATE TABLE jobs (
            id TEXT PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (id), provider TEXT NOT NULL, host TEXT NOT NULL,
            model TEXT NOT NULL, method TEXT NOT NULL, request TEXT NOT NULL CHECK (json_valid(request)),
            agreed TEXT NOT NULL CHECK (json_valid(agreed)), external TEXT, status TEXT NOT NULL DEFAULT '',
            answer TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(answer)), tuned TEXT, sentence TEXT NOT NULL DEFAULT '',
            created TEXT NOT NULL, asked TEXT, sent TEXT, finished TEXT
        ) STRICT;
        CREATE INDEX jobs_of_run ON jobs (run);
        CREATE INDEX jobs_open ON jobs (id) WHERE finished IS NULL;
        CREATE UNIQUE INDEX jobs_external ON jobs (host, external) WHERE external IS NOT NULL;
        CREATE TRIGGER jobs_keep_their_id BEFORE UPDATE OF external ON jobs
            WHEN old.external IS NOT NULL AND new.external IS NOT old.external
            BEGIN SELECT RAISE(ABORT, 'the id of a provider job never changes'); END;
        CREATE TRIGGER jobs_stay BEFORE DELETE ON jobs
            BEGIN SELECT RAISE(ABORT, 'a provider job is never forgotten'); END;

        CREATE TABLE job_events (
            job TEXT NOT NULL REFERENCES jobs (id), external TEXT NOT NULL, moment INTEGER NOT NULL,
            level TEXT NOT NULL, message TEXT NOT NULL, data TEXT NOT NULL CHECK (json_valid(data)),
            PRIMARY KEY (job, external)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE job_checkpoints (
            job TEXT NOT NULL REFERENCES jobs (id), external TEXT NOT NULL, step INTEGER NOT NULL, model TEXT NOT NULL,
            metrics TEXT NOT NULL CHECK (json_valid(metrics)), PRIMARY KEY (job, external)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE remote_files (
            id TEXT PRIMARY KEY, job TEXT NOT NULL REFERENCES jobs (id), purpose TEXT NOT NULL, name TEXT NOT NULL,
            bytes INTEGER NOT NULL, digest TEXT NOT NULL, external TEXT, created TEXT NOT NULL, deleted TEXT
        ) STRICT;
        CREATE INDEX remote_files_of_job ON remote_files (job);
        CREATE TRIGGER remote_files_keep_their_id BEFORE UPDATE OF external ON remote_files
            WHEN old.external IS NOT NULL AND new.external IS NOT old.external
            BEGIN SELECT RAISE(ABORT, 'the id of a remote file never changes'); END;

        CREATE TABLE golden_sets (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, host TEXT NOT NULL, model TEXT NOT NULL, created TEXT NOT NULL
        ) STRICT;
        CREATE TABLE golden_answers (
            id TEXT PRIMARY KEY, golden TEXT NOT NULL REFERENCES golden_sets (id) ON DELETE CASCADE,
            prompt TEXT NOT NULL CHECK (json_valid(prompt)), sampling TEXT NOT NULL CHECK (json_valid(sampling)),
            text TEXT NOT NULL, finish TEXT NOT NULL, created TEXT NOT NULL
        ) STRICT;
        CREATE INDEX golden_answers_of_set ON golden_answers (golden, id);
        CREATE TABLE comparisons (
            id TEXT PRIMARY KEY, answer TEXT NOT NULL REFERENCES golden_answers (id) ON DELETE CASCADE,
            model TEXT NOT NULL, version INTEGER NOT NULL, text TEXT NOT NULL,
            verdict TEXT NOT NULL CHECK (verdict IN ('old', 'new', 'tie', 'both_bad')), created TEXT NOT NULL
        ) STRICT;
        CREATE INDEX comparisons_of_answer ON comparisons (answer, id);
        CREATE TRIGGER golden_sets_never_change BEFORE UPDATE ON golden_sets
            BEGIN SELECT RAISE(ABORT, 'a golden set never changes'); END;
        CREATE TRIGGER golden_answers_never_change BEFORE UPDATE ON golden_answers
            BEGIN SELECT RAISE(ABORT, 'a recorded answer never changes'); END;
        CREATE TRIGGER comparisons_never_change BEFORE UPDATE ON comparisons
            BEGIN SELECT RAISE(ABORT, 'a comparison never changes'); END;
    """,
    )


@migrations()
def m009_gone_models(db: Database) -> None:
    """Models of a job that were deleted at its provider, so that what is left there can be told."""
    _run(
        db,
        """
        CREATE TABLE gone_models (
            job TEXT NOT NULL REFERENCES jobs (id), model TEXT NOT NULL, deleted TEXT NOT NULL,
            PRIMARY KEY (job, model)
        ) STRICT, WITHOUT ROWID;
    """,
    )


@migrations()
def m010_desk(db: Database) -> None:
    """What an expert works on: one item for everything that was said about an answer, whoever said it and how.

    `items` is an index kept by triggers: each fact that stands is one row, and a newer fact of the same kind, by the
    same person, about the same answer moves the row on instead of adding one, so that tags, topic, note and history
    stay with it. The state of a fact stays at the fact, where training reads it, and is copied here. Rows are numbered
    as they came: an index on one column then pages newest first by itself, and costs a third of one with a date.

    `gone` has two bits: 1 was taken back, 2 its conversation is deleted. `indexed` says whether the search has read
    the item; it reads later and in batches, so that an import does not pay for it.
    """
    for table, fixed in (
        ("ratings", "id, completion, label, reasons, comment, created, author"),
        ("preferences", "id, vote, turn, a, b, verdict, blind, created, author"),
    ):
        noun = table.removesuffix("s")
        _run(
            db,
            f"""
            ALTER TABLE {table} ADD COLUMN author TEXT NOT NULL DEFAULT '';
            ALTER TABLE {table} ADD COLUMN state TEXT NOT NULL DEFAULT 'approved'
                CHECK (state IN ('waiting', 'approved', 'rejected'));
            DROP TRIGGER {table}_never_change;
            CREATE TRIGGER {table}_never_change BEFORE UPDATE OF {fixed} ON {table}
                BEGIN SELECT RAISE(ABORT, 'a {noun} never changes'); END;
        """,
        )
    _run(
        db,
        """
        CREATE TABLE items (
            number INTEGER PRIMARY KEY, subject TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL CHECK (kind IN ('correction', 'rating', 'vote', 'signal')), fact TEXT NOT NULL,
            turn TEXT NOT NULL REFERENCES turns (id) ON DELETE CASCADE, completion TEXT NOT NULL,
            model TEXT NOT NULL, version INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'rejected')), label TEXT NOT NULL,
            author TEXT NOT NULL, topic TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '', created TEXT NOT NULL,
            gone INTEGER NOT NULL DEFAULT 0, indexed INTEGER NOT NULL DEFAULT 0, revision INTEGER NOT NULL DEFAULT 0,
            wrong REAL NOT NULL DEFAULT 0, differs REAL NOT NULL DEFAULT 0, fresh REAL NOT NULL DEFAULT 0,
            dispute REAL NOT NULL DEFAULT 0, value REAL NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX items_state ON items (state) WHERE gone = 0;
        CREATE INDEX items_kind ON items (kind, state) WHERE gone = 0;
        CREATE INDEX items_label ON items (label) WHERE gone = 0;
        CREATE INDEX items_author ON items (author) WHERE gone = 0;
        CREATE INDEX items_topic ON items (topic) WHERE gone = 0;
        CREATE INDEX items_version ON items (model, version) WHERE gone = 0;
        CREATE INDEX items_value ON items (value) WHERE gone = 0;
        CREATE INDEX items_queue ON items (state, value) WHERE gone = 0;
        CREATE INDEX items_dispute ON items (dispute) WHERE gone = 0;
        CREATE INDEX items_turn ON items (turn);
        CREATE INDEX items_to_index ON items (number) WHERE indexed = 0;
        CREATE INDEX turns_text ON turns (substr(text, 1, 64));

        CREATE TABLE item_tags (
            tag TEXT NOT NULL, item INTEGER NOT NULL REFERENCES items (number) ON DELETE CASCADE,
            PRIMARY KEY (tag, item)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX item_tags_of_item ON item_tags (item);

        CREATE TABLE acts (
            number INTEGER PRIMARY KEY, author TEXT NOT NULL, words TEXT NOT NULL, created TEXT NOT NULL, undone TEXT
        ) STRICT;
        CREATE TABLE changes (
            item INTEGER NOT NULL REFERENCES items (number) ON DELETE CASCADE,
            act INTEGER NOT NULL REFERENCES acts (number), field TEXT NOT NULL, before TEXT NOT NULL,
            after TEXT NOT NULL, PRIMARY KEY (item, act, field)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX changes_of_act ON changes (act);

        CREATE TABLE views (
            name TEXT PRIMARY KEY, filter TEXT NOT NULL CHECK (json_valid(filter)), author TEXT NOT NULL,
            created TEXT NOT NULL
        ) STRICT;

        CREATE TABLE meanings (
            embedder TEXT NOT NULL, turn TEXT NOT NULL REFERENCES turns (id) ON DELETE CASCADE, vector BLOB NOT NULL,
            PRIMARY KEY (turn, embedder)
        ) STRICT;

        CREATE VIEW item_texts AS
            SELECT items.number, turns.text || char(10) || completions.text || char(10) || CASE kind
                WHEN 'correction' THEN (SELECT text FROM corrections WHERE id = items.fact)
                WHEN 'rating' THEN (SELECT comment FROM ratings WHERE id = items.fact)
                ELSE '' END || char(10) || items.note AS text
            FROM items JOIN turns ON turns.id = items.turn JOIN completions ON completions.id = items.completion;
        CREATE VIRTUAL TABLE item_search USING fts5 (
            text, content='item_texts', content_rowid='number', tokenize='unicode61 remove_diacritics 2', prefix='2 3'
        );
        CREATE TRIGGER items_text_goes BEFORE UPDATE OF fact, completion, note ON items WHEN old.indexed
            BEGIN INSERT INTO item_search (item_search, rowid, text)
                SELECT 'delete', number, text FROM item_texts WHERE number = old.number; END;
        CREATE TRIGGER items_text_comes AFTER UPDATE OF fact, completion, note ON items WHEN old.indexed
            BEGIN UPDATE items SET indexed = 0 WHERE number = new.number; END;
        CREATE TRIGGER items_have_tags AFTER INSERT ON items WHEN new.kind = 'correction'
            BEGIN INSERT OR IGNORE INTO item_tags SELECT tag.value, new.number
                FROM corrections, json_each(corrections.tags) AS tag WHERE corrections.id = new.fact; END;
        CREATE TRIGGER items_gain_tags AFTER UPDATE OF fact ON items WHEN new.kind = 'correction'
            BEGIN INSERT OR IGNORE INTO item_tags SELECT tag.value, new.number
                FROM corrections, json_each(corrections.tags) AS tag WHERE corrections.id = new.fact; END;
        CREATE TRIGGER items_leave AFTER UPDATE OF deleted ON conversations WHEN new.deleted IS NOT old.deleted
            BEGIN UPDATE items SET gone = (gone & 1) | (2 * (new.deleted IS NOT NULL))
                WHERE turn IN (SELECT id FROM turns WHERE conversation = new.id); END;
    """,
    )
    for table, fact in _FACTS.items():
        _run(
            db,
            f"""
            CREATE TRIGGER {table}_are_items AFTER INSERT ON {table} {fact.when}
                BEGIN {fact.insert("new")} WHERE completions.id = new.{fact.completion} {_MOVES_ON}; END;
            CREATE TRIGGER {table}_have_a_state AFTER UPDATE OF state ON {table} WHEN new.state <> old.state
                BEGIN UPDATE items SET state = new.state, revision = revision + 1
                    WHERE subject = {fact.subject.format(fact="new")} AND fact = new.id AND state <> new.state; END;

            {fact.insert("f")} JOIN {table} AS f ON completions.id = f.{fact.completion} {fact.only}
                WHERE true ORDER BY f.id {_MOVES_ON};
        """,
        )
    _run(
        db,
        """
        UPDATE items SET gone = gone | 2 WHERE turn IN (SELECT turns.id FROM turns
            JOIN conversations ON conversations.id = turns.conversation WHERE deleted IS NOT NULL);
    """,
    )


class _Fact(NamedTuple):
    """How a row of a table of facts becomes an item; `{fact}` is the name of the row."""

    kind: str
    completion: str
    subject: str
    label: str
    gone: str
    when: str = ""
    only: str = ""

    def insert(self, fact: str) -> str:
        values = (
            f"{self.subject}, '{self.kind}', {{fact}}.id, completions.turn, completions.id, model, version,"
            f" {{fact}}.state, {self.label}, {{fact}}.author, {{fact}}.created, {self.gone}"
        )
        return (
            "INSERT INTO items (subject, kind, fact, turn, completion, model, version, state, label, author, created,"
            f" gone) SELECT {values.format(fact=fact)} FROM completions"
        )


_FACTS = {
    "corrections": _Fact("correction", "completion", "'correction ' || {fact}.completion", "''", "{fact}.withdrawn"),
    "ratings": _Fact(
        "rating",
        "completion",
        "'rating ' || {fact}.completion || ' ' || {fact}.author",
        "CASE {fact}.label WHEN 1 THEN 'good' WHEN 0 THEN 'bad' ELSE '' END",
        "{fact}.label IS NULL",
    ),
    "preferences": _Fact(
        "vote",
        "a",
        "'vote ' || {fact}.turn",
        "CASE {fact}.verdict WHEN 'a' THEN 'chosen' ELSE {fact}.verdict END",
        "{fact}.verdict = 'withdrawn'",
        when="WHEN new.id = new.vote",
        only="AND f.id = f.vote",
    ),
}

_MOVES_ON = """ON CONFLICT (subject) DO UPDATE SET fact = excluded.fact, completion = excluded.completion,
    model = excluded.model, version = excluded.version, state = excluded.state, label = excluded.label,
    author = excluded.author, created = excluded.created, gone = excluded.gone, revision = revision + 1
    WHERE excluded.fact > items.fact"""


@migrations()
def m011_batches(db: Database) -> None:
    """Files that came in at once. Their conversations are no chats: the Curate page lists and searches them.

    So neither the list of chats nor its word index pays for a million of them.
    """
    _run(
        db,
        """
        CREATE TABLE batches (
            id TEXT PRIMARY KEY, source TEXT NOT NULL, format TEXT NOT NULL,
            counts TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(counts)), created TEXT NOT NULL, finished TEXT,
            undone TEXT
        ) STRICT;
        ALTER TABLE conversations ADD COLUMN batch TEXT REFERENCES batches (id);
        CREATE INDEX conversations_batch ON conversations (batch) WHERE batch IS NOT NULL;
        DROP INDEX conversations_newest;
        CREATE INDEX conversations_newest ON conversations (updated DESC, id DESC)
            WHERE deleted IS NULL AND batch IS NULL;

        CREATE INDEX imports_turn ON imports (turn) WHERE turn IS NOT NULL;

        DROP TRIGGER conversations_title_new;
        DROP TRIGGER turns_searchable;
        DROP TRIGGER completions_searchable_new;
        DROP TRIGGER completions_searchable;
        DROP TRIGGER corrections_searchable;

        CREATE TRIGGER conversations_title_new AFTER INSERT ON conversations WHEN new.title <> '' AND new.batch IS NULL
            BEGIN INSERT INTO passages (conversation, kind, source, text)
                VALUES (new.id, 'title', new.id, new.title); END;
        CREATE TRIGGER turns_searchable AFTER INSERT ON turns
            WHEN (SELECT batch FROM conversations WHERE id = new.conversation) IS NULL
            BEGIN INSERT INTO passages (conversation, kind, source, text)
                VALUES (new.conversation, 'turn', new.id, new.text); END;
        CREATE TRIGGER completions_searchable_new AFTER INSERT ON completions
            WHEN new.finish IS NOT NULL AND new.text <> ''
            BEGIN INSERT INTO passages (conversation, kind, source, text)
                SELECT conversations.id, 'completion', new.id, new.text
                FROM turns JOIN conversations ON conversations.id = turns.conversation
                WHERE turns.id = new.turn AND batch IS NULL; END;
        CREATE TRIGGER completions_searchable AFTER UPDATE OF finish ON completions
            WHEN new.finish IS NOT NULL AND old.finish IS NULL AND new.text <> ''
            BEGIN INSERT INTO passages (conversation, kind, source, text)
                SELECT conversations.id, 'completion', new.id, new.text
                FROM turns JOIN conversations ON conversations.id = turns.conversation
                WHERE turns.id = new.turn AND batch IS NULL; END;
        CREATE TRIGGER corrections_searchable AFTER INSERT ON corrections
            BEGIN DELETE FROM passages WHERE source = new.completion AND kind = 'correction';
                INSERT INTO passages (conversation, kind, source, text)
                SELECT conversations.id, 'correction', new.completion, new.text
                FROM completions JOIN turns ON turns.id = completions.turn
                JOIN conversations ON conversations.id = turns.conversation
                WHERE completions.id = new.completion AND NOT new.withdrawn AND batch IS NULL; END;
    """,
    )


@migrations()
def m012_exports(db: Database) -> None:
    """Versions that left as files for other programs, with what the export answered beside the version itself.

    A line copies what was asked and said; when its correction is purged, the copies go and the comparison stays.
    """
    _run(
        db,
        """
        CREATE TABLE exports (
            id TEXT PRIMARY KEY, version TEXT NOT NULL REFERENCES versions (id) ON DELETE CASCADE, form TEXT NOT NULL,
            dtype TEXT NOT NULL, path TEXT NOT NULL, bytes INTEGER NOT NULL, program TEXT NOT NULL,
            unchecked TEXT NOT NULL, created TEXT NOT NULL
        ) STRICT;
        CREATE INDEX exports_of_version ON exports (version, id);

        CREATE TABLE export_lines (
            export TEXT NOT NULL REFERENCES exports (id) ON DELETE CASCADE, position INTEGER NOT NULL, correction TEXT,
            question TEXT NOT NULL, live TEXT NOT NULL, exported TEXT NOT NULL, app TEXT,
            same INTEGER NOT NULL CHECK (same IN (0, 1)), gone INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (export, position)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX export_lines_of_correction ON export_lines (correction) WHERE correction IS NOT NULL;
        CREATE TRIGGER export_lines_forget AFTER DELETE ON corrections
            BEGIN UPDATE export_lines SET question = '', live = '', exported = '',
                app = CASE WHEN app IS NULL THEN NULL ELSE '' END, gone = 1 WHERE correction = old.id; END;
    """,
    )


@migrations()
def m013_explorations(db: Database) -> None:
    """What was computed about many items at once (words, topics, a split), so that it is computed once.

    A value repeats words that somebody wrote, so it is forgotten as soon as any conversation is purged; the parts are
    numbers, and leave with their items. Places on a map are whole numbers, None where there is no map.
    """
    _run(
        db,
        """
        CREATE TABLE explorations (
            id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, filter TEXT NOT NULL CHECK (json_valid(filter)),
            stamp TEXT NOT NULL, value TEXT NOT NULL CHECK (json_valid(value)), created TEXT NOT NULL,
            UNIQUE (kind, filter)
        ) STRICT;

        CREATE TABLE exploration_parts (
            exploration INTEGER NOT NULL REFERENCES explorations (id) ON DELETE CASCADE, part INTEGER NOT NULL,
            item INTEGER NOT NULL REFERENCES items (number) ON DELETE CASCADE, x INTEGER, y INTEGER,
            PRIMARY KEY (exploration, part, item)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX exploration_parts_item ON exploration_parts (item);

        CREATE TRIGGER explorations_forget AFTER DELETE ON turns
            BEGIN UPDATE explorations SET value = '{}', stamp = '' WHERE stamp <> ''; END;
    """,
    )


@migrations()
def m014_balance_and_wordings(db: Database) -> None:
    """How training evens out what it learns from, and questions in other words that wait for a person.

    A tagged correction could not be corrected again: inside an upsert, a trigger's OR IGNORE is not heard (SQLite,
    "ON CONFLICT clause"), so the tag that was there already failed it.
    """
    _run(
        db,
        """
        DROP TRIGGER items_gain_tags;
        CREATE TRIGGER items_gain_tags AFTER UPDATE OF fact ON items WHEN new.kind = 'correction'
            BEGIN INSERT INTO item_tags SELECT DISTINCT tag.value, new.number
                FROM corrections, json_each(corrections.tags) AS tag WHERE corrections.id = new.fact
                AND NOT EXISTS (SELECT 1 FROM item_tags WHERE item_tags.tag = tag.value AND item = new.number); END;

        CREATE TABLE balances (
            id TEXT PRIMARY KEY, how TEXT NOT NULL CHECK (how IN ('automatic', 'weights', 'over', 'under', 'none')),
            "by" TEXT NOT NULL CHECK ("by" IN ('kind', 'label', 'topic', 'source', 'author')),
            author TEXT NOT NULL, created TEXT NOT NULL
        ) STRICT;
        CREATE TABLE wordings (
            id TEXT PRIMARY KEY, completion TEXT NOT NULL REFERENCES completions (id) ON DELETE CASCADE,
            text TEXT NOT NULL, method TEXT NOT NULL
                CHECK (method IN ('paraphrase', 'translation', 'synonyms', 'order')),
            model TEXT NOT NULL, author TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'rejected')), created TEXT NOT NULL,
            decider TEXT NOT NULL DEFAULT '', decided TEXT, UNIQUE (completion, text)
        ) STRICT;
        CREATE INDEX wordings_state ON wordings (state);
    """,
    )
