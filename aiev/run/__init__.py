"""One run: the pool it runs on, its limits, prices, journal, lease, heartbeat and status."""
