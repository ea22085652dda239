"""Files of lines and columns that visitors bring: their bytes, their separators, their cells."""
