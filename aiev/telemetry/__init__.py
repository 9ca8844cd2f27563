"""What a run tells the outside while it goes on: log lines, traces, metrics. All of it is off by default.

Nothing is ever sent to anybody but the addresses that the user configures.
"""
