"""Parts of pages that run in the browser: scripts of our own, no libraries."""
