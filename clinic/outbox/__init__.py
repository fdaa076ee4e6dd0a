"""Every mail Ashi sends: a row in the caller's transaction, sent by a worker that runs alongside the server."""
