"""What people type: hall demo, replay, provision, device, log, doctor, backup."""
