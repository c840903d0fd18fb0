"""Organisations with their people and periods from a spreadsheet, and back into one.

``reading`` finds out how a file is written, ``columns`` what its columns mean and what their cells
say, ``checking`` what each row would change, ``staging`` keeps that as rows to look at,
``committing`` writes them, ``undoing`` takes them back, ``exporting`` writes the same columns.
"""
