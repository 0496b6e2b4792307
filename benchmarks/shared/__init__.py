"""What the benchmarks share: sides in turns, notes to measure on, tables and results."""
