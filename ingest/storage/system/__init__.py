"""What storage asks of the operating system: folders replaced at once, memory given back.

folders   the new form of an index's folder takes the place of the old one
memory    what was freed is returned to the system
"""
