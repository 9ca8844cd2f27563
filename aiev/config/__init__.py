"""The configuration: layers merged and checked, the origin of each value, the identity of a run.

Not covered: what a key means. Each section is defined by the package that uses it, in its module `settings`.
"""
