"""Holds the wires of a run against its log: every count from its own wire, every equation, every exception's cause."""
