"""Translation files: what is exported, what comes back, and the pages for both."""
