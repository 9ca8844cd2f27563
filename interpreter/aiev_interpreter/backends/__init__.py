"""Where programs run: Docker, bubblewrap, scripted."""
