"""Adapters of :mod:`services.core.ports.bus`: memory (tests), SQLite (embedded), Kafka."""
