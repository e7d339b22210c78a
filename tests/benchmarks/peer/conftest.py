"""Peers that come with the extra `bench` only are no part of the suite."""

collect_ignore = ["duck.py", "frames.py"]
