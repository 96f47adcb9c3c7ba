"""What can be asked: the types of the graph, every field described, each naming a column or an edge."""

# Enums are described before any type names one of them.
from schema import enums as enums
