"""A museum of failures: loops with one wrong line, and the pictures that they make."""
