"""导办台, the guide desk: staff issue, reprint and look up tickets, see alerts, and call out an emergency."""
