"""The connection to the gateway: address, TLS, one request at a time."""
