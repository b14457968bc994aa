"""The pages, each thin: widgets around the core's public names."""
