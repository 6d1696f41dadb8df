"""Configuration from files: read with places, check everything, report every mistake at once."""
