"""Tables of the registry, as SQLAlchemy knows them; `migrations/` brings them about."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ADAPTERS = Table(
    "adapters",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("created", BigInteger, nullable=False),
    # None until it was made, as of a recipe that was never used.
    Column("num_bytes", BigInteger),
    Column("sha256", String(64)),
    Column("base_name", String(512), nullable=False),
    Column("spec", JSON, nullable=False),
    # Sum of the spec, by which those that fit a base are found.
    Column("shape", String(64), nullable=False),
    Column("provenance", JSON, nullable=False),
    Column("norms", JSON, nullable=False),
    # Where there is one, it stands for the files.
    Column("recipe", JSON(none_as_null=True)),
    Column("effect", JSON(none_as_null=True)),
)
"""What there is, whoever holds it."""

# At the start those with files are compared with the disk; recipes may be a million beside.
_WITH_FILES = ADAPTERS.c.recipe.is_(None)
Index(
    "ix_adapters_with_files",
    ADAPTERS.c.id,
    ADAPTERS.c.num_bytes,
    sqlite_where=_WITH_FILES,
    postgresql_where=_WITH_FILES,
)

HOLDINGS = Table(
    "holdings",
    METADATA,
    # Lists go by it: times repeat, this never does.
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("owner", String(128), nullable=False),
    Column(
        "adapter_id",
        String(64),
        ForeignKey("adapters.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("created", BigInteger, nullable=False),
    Column("name", String(128)),
    Column("is_pinned", Boolean, nullable=False),
    Column("expires", BigInteger),
    Column("metadata", JSON, nullable=False),
    UniqueConstraint("owner", "adapter_id"),
    UniqueConstraint("owner", "name"),
    Index(None, "adapter_id"),
    Index(None, "expires"),
    # An owner's list goes by number; how many are in it is read from the index alone.
    Index(None, "owner", "number", "expires"),
)
"""Who holds which adapter, under what name and for how long."""

# Both are rare, and an admin looks for names of all owners.
_IS_NAMED = HOLDINGS.c.name.is_not(None)
Index(
    "ix_holdings_name",
    HOLDINGS.c.name,
    sqlite_where=_IS_NAMED,
    postgresql_where=_IS_NAMED,
)
Index(
    "ix_holdings_pinned",
    HOLDINGS.c.adapter_id,
    sqlite_where=HOLDINGS.c.is_pinned,
    postgresql_where=HOLDINGS.c.is_pinned,
)

KEYS = Table(
    "keys",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("owner", String(128), nullable=False),
    Column("role", String(16), nullable=False),
    Column("created", BigInteger, nullable=False),
)
"""API keys, by their sums alone."""

AUDIT = Table(
    "audit",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("owner", String(128), nullable=False),
    Column("action", String(32), nullable=False),
    Column("adapter_id", String(64), nullable=False),
)
"""Who created and deleted what, and when."""

COUNTERS = Table(
    "counters",
    METADATA,
    Column("owner", String(128), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("minute", BigInteger, primary_key=True),
    Column("amount", BigInteger, nullable=False),
    Index(None, "minute"),
)
"""What owners have used, minute by minute."""

UPLOADS = Table(
    "uploads",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("owner", String(128), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger),
    Column("filename", String(255), nullable=False),
    Column("purpose", String(32), nullable=False),
    Column("num_bytes", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index(None, "owner"),
    Index(None, "expires"),
)
"""Files that owners sent, to be learned from."""

JOBS = Table(
    "jobs",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("owner", String(128), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("finished", BigInteger),
    Column("status", String(16), nullable=False),
    Column("base_name", String(512), nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("refine_steps", Integer),
    Column("training_file", String(64)),
    Column("suffix", String(64)),
    Column("metadata", JSON, nullable=False),
    Column("adapter_id", String(64)),
    Column("error", JSON),
    Column("events", JSON, nullable=False),
    Index(None, "owner"),
    Index(None, "created"),
)
"""Adapters that are written while nobody waits."""

REPLIES = Table(
    "replies",
    METADATA,
    Column("owner", String(128), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("created", BigInteger, nullable=False),
    Column("request_sha256", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("location", String(512), nullable=False),
    Column("body", JSON, nullable=False),
    Index(None, "created"),
)
"""What was answered to requests that may come again."""
