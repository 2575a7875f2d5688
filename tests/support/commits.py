"""Fewer commits of the recorder."""

from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.tasks import RecorderTask
from homeassistant.core import Event
import pytest


def commit_events_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commit the events in the recorder's queue once the queue is empty, or before the next task.

    Home Assistant's test plugin commits each event on its own, as all threads share the one connection to a database in
    memory: while the recorder has not committed, no other can read.
    """
    process = vars(Recorder)["_process_one_task_or_event_or_recover"]

    def process_and_commit(recorder: Recorder, task: RecorderTask | Event) -> None:
        if isinstance(task, RecorderTask):
            vars(Recorder)["_commit_event_session_or_retry"](recorder)
        else:
            # Zero commits after each event.
            recorder.commit_interval = 0 if recorder.backlog == 0 else 1
        process(recorder, task)

    monkeypatch.setattr(Recorder, "_process_one_task_or_event_or_recover", process_and_commit)
