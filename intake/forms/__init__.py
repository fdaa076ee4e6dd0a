"""What is typed into intake pages, checked."""
