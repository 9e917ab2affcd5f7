"""The only I/O that stations and hub share: bus, line, inbox, outbox, settings, service."""
