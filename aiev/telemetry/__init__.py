"""What a run reports while it runs: log lines, traces, metrics. All of it is off by default.

Nothing is sent anywhere but to the addresses that the user configures.
"""
