"""The dashboard: pages over the core's public names; presentation only."""
