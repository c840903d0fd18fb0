"""Texts to translate, written for translators' tools and read back: XLIFF 1.2 and 2.0, CSV."""
