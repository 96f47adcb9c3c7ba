"""State machines: how platforms, events, attendances, assignments and results may change."""

import strawberry

from db.machines import Machine
from schema.fields import column


@strawberry.type(description="A state that a thing can be in.")
class MachineState:
    name: str = column("The state, a value of the thing's enum.")
    zh: str = column("Its Chinese label.")
    en: str = column("Its English label.")
    next: list[str] = column("The states that may follow it; empty for a last one.")
    is_beginning: bool = column("Whether a thing may begin in it.")
    is_closing: bool = column("Whether the thing is done with in it.")


@strawberry.type(description="How a kind of thing may change from state to state.")
class StateMachine:
    name: str = column("The kind of thing: a type, such as Event or Proposal.")
    states: list[MachineState] = column("Its states, in the order in which they are usually passed.")


def shown(machine: Machine) -> StateMachine:
    """A machine as the graph has it."""
    states = [
        MachineState(
            name=state.value,
            zh=state.zh,
            en=state.en,
            next=[each.value for each in following],
            is_beginning=state in machine.beginnings,
            is_closing=state in machine.closing,
        )
        for state, following in machine.next.items()
    ]
    return StateMachine(name=machine.name, states=states)
