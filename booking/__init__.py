"""预约: the adapter between an online booking and the hall. A small local HTTP service, hosted by a station."""
