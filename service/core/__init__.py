"""Thinking: pure functions of records and rules. No file, no clock, no environment, no framework."""
