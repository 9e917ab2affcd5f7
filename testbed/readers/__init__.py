"""Readers of what a hall left on its wires. They share no code with those who sent it: not the dialects, not the
words, not the messages. What they read is judged in testbed.reconciling."""
