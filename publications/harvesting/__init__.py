"""OAI-PMH 2.0: how libraries and catalogues harvest the publications of the network."""
