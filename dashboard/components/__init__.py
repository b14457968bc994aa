"""Parts of pages that are drawn in the browser by scripts of ours."""
