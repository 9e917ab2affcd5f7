"""What a power cut leaves of the hub's directory: a real run recorded call by call, and the disks it might find."""
