"""Fill in a form: what the server checks again, whoever sends it."""

import pickle
from datetime import UTC, datetime

import pytest
from conftest import (
    OTHER_TOWN,
    OTHER_VILLAGE,
    SETUP_ANSWERS,
    TOWN,
    VILLAGE,
    VILLAGE_ANSWERS,
    key_of,
)

from pbwidgets.errors import ConflictError, DataError, RightsError
from pbwidgets.store import Actor, grant_exception, history, load_state
from pbwidgets.workflows import (
    AnswersRefusedError,
    Opened,
    Workspace,
    accept_submission,
    deadline,
    hand_in,
    save_answers,
    take_back,
)
