"""Trains the learned reader of acts: ``python -m tests.extractor.train_acts``. Needs the packages of the group ``train``."""
