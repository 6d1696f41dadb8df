"""How common words are, as the alerter counts them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """A table of counts, each row what came on top of those before."""
    op.create_table(
        "backgrounds",
        sa.Column("place", _SERIAL, nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("counted", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_backgrounds"),
    )
