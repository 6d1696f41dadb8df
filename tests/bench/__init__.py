"""Speed, as ratios against a peer in the same run: ``python -m tests.bench``. Nothing here is a test, and no test depends on a time."""
