"""Alembic revisions, one file per step, oldest first by name. A revision that has been released is never edited."""
