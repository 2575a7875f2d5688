"""Signing in: tokens, local accounts, the maker's cloud."""
