"""Adapters of :mod:`services.core.ports.store`: one SQLAlchemy Core code base over SQLite and PostgreSQL."""
