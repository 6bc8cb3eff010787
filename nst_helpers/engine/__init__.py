"""The idea: losses, features of a network, and the optimisation of pixels.

To read in this order: `losses`, `layers`, `features`, `objective`, `schedule`, `optimizers`,
`transfer`. Each imports only those before it.
"""
