"""The kiosk: a citizen takes a ticket and gets a slip."""
