"""What machines are told of a publication: one record, written in several forms."""
