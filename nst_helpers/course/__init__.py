"""The course kit: what a class needs beside the lessons, made from the lessons themselves.

Each command, such as `nst lessons`, stands in the module of its name; `commands.py` has the list.
"""
