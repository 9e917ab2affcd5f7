"""The hub: decide (pure), commit (SQLite), tell."""
