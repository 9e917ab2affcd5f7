"""Virtual devices: they speak the real bytes over PTYs, so that a whole hall runs without hardware."""
