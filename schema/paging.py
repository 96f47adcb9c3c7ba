"""The arguments of a page, for lists whose fields are written out."""

from typing import Annotated

import strawberry

First = Annotated[int | None, strawberry.argument(description="How many from the start, 1–100; 20 when not given.")]
After = Annotated[str | None, strawberry.argument(description="Only what comes after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="How many from the end, 1–100; not together with first.")]
Before = Annotated[str | None, strawberry.argument(description="Only what comes before this cursor.")]
