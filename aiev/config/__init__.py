"""The configuration: typed, layered, and able to say where each value comes from."""
