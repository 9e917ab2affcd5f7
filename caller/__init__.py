"""The caller: a clerk signs in, calls and finishes, on a keypad or on a screen."""
