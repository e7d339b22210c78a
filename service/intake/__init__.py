"""Bytes to typed tables and faults. Knows no rule."""
