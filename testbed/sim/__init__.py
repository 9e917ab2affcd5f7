"""The simulated hall: the real hub, bus and stations over an in-memory broker, a seeded clock and faulty disks.

No threads, no real time: `python -m testbed.sim --steps 10000 --seed 1` gives the same run wherever it runs.
"""
