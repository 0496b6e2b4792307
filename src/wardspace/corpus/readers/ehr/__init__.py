"""Exports of electronic health records, one file a format."""
