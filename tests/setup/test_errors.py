import pytest

from aiev.errors import SetupError
from aiev.setup.errors import as_resumable_errors, as_setup_errors
from aiev_agents.errors import AgentError, ModelError, ModelRefused, ModelUnavailable, RequestGivenUp, RequestRejected
from aiev_interpreter import errors as interpreter_errors
from aiev_interpreter.errors import InterpreterError, InterpreterUnavailable

MODEL_ERRORS = [ModelError, *ModelError.__subclasses__()]
INTERPRETER_ERRORS = [InterpreterError, *InterpreterError.__subclasses__()]


@pytest.mark.parametrize("kind", [*MODEL_ERRORS, *INTERPRETER_ERRORS])
def test_what_cannot_be_opened_is_a_setup_error_in_the_same_words(kind):
    with pytest.raises(SetupError, match=r"^nothing answers there$"), as_setup_errors():
        raise kind("nothing answers there")


@pytest.mark.parametrize("kind", [ModelRefused, ModelUnavailable])
def test_a_model_that_is_gone_ends_the_work_and_the_message_says_how_to_resume(kind):
    words = "^gone; everything so far is kept, run the same command again to resume$"
    with pytest.raises(SetupError, match=words), as_resumable_errors():
        raise kind("gone")


def test_missing_tools_end_the_work():
    with pytest.raises(SetupError, match=r"^no Java here$"), as_resumable_errors():
        raise InterpreterUnavailable("no Java here")


@pytest.mark.parametrize("kind", [RequestRejected, RequestGivenUp, AgentError, interpreter_errors.SandboxError])
def test_an_error_of_one_item_passes(kind):
    with pytest.raises(kind, match="this one"), as_resumable_errors():
        raise kind("this one")
