"""The display: boards and bars show who is called."""
