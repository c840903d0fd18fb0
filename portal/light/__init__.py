"""The light edition: a text, or a region's library, as one small file for slow lines."""
