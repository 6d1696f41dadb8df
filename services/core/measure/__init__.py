"""How well the extractor reads, measured on labelled articles."""
