"""The broadcast: loudspeakers say who is called."""
