"""Runs cells as nbclient runs a notebook; prints the outputs of each cell as JSON."""

import json
import sys

import nbformat
from nbclient import NotebookClient

sources = json.load(sys.stdin)
notebook = nbformat.v4.new_notebook(
    cells=[nbformat.v4.new_code_cell(source) for source in sources],
    metadata={"kernelspec": {"name": sys.argv[1], "display_name": "", "language": ""}},
)
# What is printed in one breath may come in one message or in several.
NotebookClient(notebook, allow_errors=True, coalesce_streams=True, timeout=60).execute()
nbformat.validate(notebook)
print(json.dumps([cell.outputs for cell in notebook.cells]))
