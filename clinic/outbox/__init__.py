"""Every mail Ashi sends: a row in the caller's transaction, worked off beside the server."""
