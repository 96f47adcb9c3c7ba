"""State machines, in the graph and as diagrams: how platforms, events, attendances and results may change."""

import strawberry

from db.machines import MACHINES, Machine
from schema.fields import column, listed


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
    states: list[MachineState] = column("Its states, in the order in which they are usually passed.", price=listed(50))


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


def drawn() -> str:
    """All machines as a page of Mermaid diagrams."""
    parts = [
        "# State machines\n",
        "Which state may follow which. The tables are in `db/machines.py`; `stateMachines` gives them in the graph,",
        "`python server.py export-states` draws them here. In a closing state a thing is done with.\n",
    ]
    for name, machine in sorted(MACHINES.items()):
        parts += [f"## {name}\n", "```mermaid", "stateDiagram-v2"]
        parts += [f"    {state.value}: {state.value} {state.zh}" for state in machine.states]
        parts += [f"    [*] --> {state.value}" for state in machine.beginnings]
        parts += [f"    {state.value} --> {each.value}" for state in machine.states for each in machine.next[state]]
        parts += [f"    {state.value} --> [*]" for state in machine.states if not machine.next[state]]
        parts += ["```\n"]
        closing = [state.value for state in machine.states if state in machine.closing]
        parts += [f"Closing: {', '.join(closing)}.\n"] if closing else []
    return "\n".join(parts)
