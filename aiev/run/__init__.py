"""One run: the pool it runs on, its limits, prices, journal, heartbeat and status."""
