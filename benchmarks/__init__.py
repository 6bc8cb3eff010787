"""How fast the package is: beside a plain loop, beside another package, and against the machine."""
