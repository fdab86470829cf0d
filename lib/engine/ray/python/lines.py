"""Files that grow by a line of JSON at a time."""

import json
import os


class Lines:
    def __init__(self, path: str):
        self.path, self.read = path, 0

    def fresh(self) -> list[dict]:
        """What has come since the last time. A last line without an end is still being written."""
        if not os.path.exists(self.path):
            return []
        with open(self.path, "rb") as file:
            file.seek(self.read)
            whole, end, _ = file.read().rpartition(b"\n")
        self.read += len(whole) + len(end)
        return [json.loads(line) for line in whole.split(b"\n") if line]
