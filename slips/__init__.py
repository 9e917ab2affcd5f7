"""What the ticket machine and the guide desk share: the slip as a value, as bytes, and the driver of the printer."""
