"""Tables read and written row by row: CSV, XLSX and ODS, in little memory whatever their size."""
