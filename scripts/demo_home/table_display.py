"""Output of the table: redrawn in place in a terminal, otherwise printed once and followed by the changes."""

from collections.abc import Sequence
from datetime import datetime
import shutil
import sys

from .table import Row, fit, layout

UP_AND_CLEAR = "\x1b[{}F\x1b[J"  # move the cursor up by this many lines and erase everything below


class TableDisplay:
    """Display of the table and its updates."""

    def __init__(self, heading: Sequence[str]) -> None:
        """Create a display with lines above the table."""
        self._heading = heading
        self._in_place = sys.stdout.isatty()
        self._drawn = 0
        self._before: dict[str, str] | None = None

    def show(self, rows: Sequence[Row], *, whole: bool = False) -> None:
        """Show the present rows; with `whole`, print all of them, whatever the size of the terminal."""
        values = {row.entity_id: row.value for row in rows}
        if whole or (not self._in_place and self._before is None):
            print("\n".join([*self._heading, *layout(rows)]), flush=True)
        elif self._in_place:
            lines = fit([*self._heading, *layout(rows)], *shutil.get_terminal_size())
            print((UP_AND_CLEAR.format(self._drawn) if self._drawn else "") + "\n".join(lines), flush=True)
            self._drawn = len(lines)
        else:
            now = datetime.now().astimezone().strftime("%H:%M:%S")
            for row in rows:
                if (self._before or {}).get(row.entity_id) != row.value:
                    print(f"{now}  {row.device}: {row.name}  {row.value}", flush=True)
        self._before = values
