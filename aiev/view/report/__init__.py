"""The figures of runs as files: one HTML page, and charts as PNG and SVG."""
