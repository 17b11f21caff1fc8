"""Every SQL text of the SQLite database, named and described.

All spaces share one table and all journals another; a number stands for a name. So a new space needs no
change of the schema (which would make every connection read the schema anew and prepare every statement
again), and dropping a space only forgets its number: its rows are swept away later, a few at a time.
docs/decisions/0002-group-commit.md has the measurements.
"""

APPLICATION_ID = 0x6D696C6C
"""`mill`, in the file's header: tells our files from others."""

FORMAT = 1
"""The version of the schema, in the file's `user_version`."""

JOURNAL_BITS = 40
"""A record's row number is its journal's number times 2^40, plus its own: rows of a journal lie together."""

NAMES_MAX = 2**23 - 1
"""Numbers for names, so that a journal's number and a record's fit into 63 bits. Never used twice."""

PREPARE = (
    "PRAGMA page_size = 4096",
    "PRAGMA journal_mode = WAL",
    "PRAGMA fullfsync = 1",  # on macOS only this makes fsync reach the disk
    "PRAGMA checkpoint_fullfsync = 1",
    "PRAGMA wal_autocheckpoint = 0",  # checkpoints are ours, so that none happens inside a COMMIT
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA cache_size = -32768",
    "PRAGMA temp_store = MEMORY",
)
"""How every connection is set up."""

DURABLE = "PRAGMA synchronous = FULL"
"""In WAL mode: COMMIT returns after the log is synced, and other connections see it only then."""

LIGHT = "PRAGMA synchronous = NORMAL"
"""The log is synced at checkpoints only. A crash of the process loses nothing, one of the machine the last commits."""

SCHEMA = (
    # What exists. `floor` is a journal's: records up to it are trimmed; 0 for a space.
    """CREATE TABLE name (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        floor INTEGER NOT NULL,
        UNIQUE (kind, name)
    ) STRICT""",
    # What was dropped while rows of it still are there.
    "CREATE TABLE dropped (id INTEGER PRIMARY KEY, kind TEXT NOT NULL) STRICT",
    # What spaces hold. A table with row numbers and an index: without row numbers, values of 1 KB and more
    # were measured three times slower to write and four times slower to read.
    "CREATE TABLE entry (space INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, UNIQUE (space, key)) STRICT",
    # What journals hold.
    "CREATE TABLE record (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT",
)

APPLICATION = "PRAGMA application_id"
VERSION = "PRAGMA user_version"
TABLES = "SELECT count(*) FROM sqlite_schema"

BEGIN_READ = "BEGIN DEFERRED"
PIN = "SELECT 1 FROM name LIMIT 1"
"""The first statement after BEGIN_READ fixes what the connection sees."""

BEGIN_WRITE = "BEGIN IMMEDIATE"
COMMIT = "COMMIT"
ROLLBACK = "ROLLBACK"

GET = "SELECT value FROM entry WHERE space = ?1 AND key = ?2"
RANGE = {
    # By: is there a high key, is it in reverse.
    (False, False): "SELECT key, value FROM entry WHERE space = ?1 AND key >= ?2 ORDER BY key LIMIT ?4",
    (
        True,
        False,
    ): "SELECT key, value FROM entry WHERE space = ?1 AND key >= ?2 AND key < ?3 ORDER BY key LIMIT ?4",
    (False, True): "SELECT key, value FROM entry WHERE space = ?1 AND key >= ?2 ORDER BY key DESC LIMIT ?4",
    (
        True,
        True,
    ): "SELECT key, value FROM entry WHERE space = ?1 AND key >= ?2 AND key < ?3 ORDER BY key DESC LIMIT ?4",
}
TAIL = "SELECT id, body FROM record WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3"

NAMES = "SELECT id, kind, name, floor FROM name"
DROPPED = "SELECT id, kind FROM dropped"
NEWEST_RECORD = "SELECT max(id) FROM record WHERE id >= ?1 AND id <= ?2"
OLDEST_RECORD = "SELECT min(id) FROM record WHERE id >= ?1 AND id <= ?2"

PUT = (
    "INSERT INTO entry (space, key, value) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (space, key) DO UPDATE SET value = excluded.value"
)
DELETE = "DELETE FROM entry WHERE space = ?1 AND key = ?2"
APPEND = "INSERT INTO record (id, body) VALUES (?1, ?2)"
ADD_NAME = "INSERT INTO name (id, kind, name, floor) VALUES (?1, ?2, ?3, ?4)"
SET_FLOOR = "UPDATE name SET floor = ?2 WHERE id = ?1"
DROP_NAME = "DELETE FROM name WHERE id = ?1"
ADD_DROPPED = "INSERT INTO dropped (id, kind) VALUES (?1, ?2)"
SWEPT = "DELETE FROM dropped WHERE id = ?1"

SWEEP_SPACE = (
    "DELETE FROM entry WHERE rowid IN (SELECT rowid FROM entry WHERE space = ?1 ORDER BY key LIMIT ?2)"
)
SWEEP_RECORDS = (
    "DELETE FROM record WHERE id IN (SELECT id FROM record WHERE id >= ?1 AND id <= ?2 ORDER BY id LIMIT ?3)"
)

CHECKPOINT = "PRAGMA wal_checkpoint(PASSIVE)"
CHECKPOINT_LAST = "PRAGMA wal_checkpoint(TRUNCATE)"
OPTIMIZE = "PRAGMA optimize"
