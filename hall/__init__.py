"""What every room shares: the model, the contract of messages, the dialects. Pure but for hall.station."""
