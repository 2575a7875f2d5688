"""Helpers of the config and options flow."""
