"""The only composition root: configuration to adapters to services."""
