"""Errors: they say what happened and what to do, and survive pickle."""

import importlib
import pickle
import pkgutil

import pytest

import pbwidgets
from pbwidgets.errors import DataError, PbError, Problem, ProblemsError, UsageError

PROBLEM = Problem(
    "workflows.unknown_campaign", "a.yaml", "12", {"value": "x", "allowed": "a", "nearest": "a"}
)


def all_subclasses(cls: type[PbError]) -> list[type[PbError]]:
    return [found for sub in cls.__subclasses__() for found in (sub, *all_subclasses(sub))]


def every_error_class() -> list[type[PbError]]:
    for module in pkgutil.walk_packages(pbwidgets.__path__, "pbwidgets."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)
    return sorted(all_subclasses(PbError), key=lambda cls: cls.__qualname__)


def test_an_error_says_what_happened_and_what_to_do() -> None:
    error = DataError("demo.real_rows", store="sqlite:///a")
    assert error.message("en").startswith("The store sqlite:///a")
    assert "PBWIDGETS_STORE" in error.remedy("en")
    assert str(error) == f"{error.message('zh_CN')} {error.remedy('zh_CN')}"


def test_an_error_without_a_remedy_says_only_what_happened() -> None:
    error = UsageError("cli.xlsx_needs_file", form="xlsx")
    assert error.remedy() == ""
    assert str(error) == error.message()


def test_every_error_class_survives_pickle_with_its_code_and_values() -> None:
    classes = every_error_class()
    assert {"DataError", "UsageError", "RightsError", "ConflictError", "AnswersRefusedError"} <= {
        cls.__name__ for cls in classes
    }
    for cls in classes:
        error = cls.__new__(cls)
        PbError.__init__(error, "errors.problems", count=3)
        for name in ("problems", "findings", "notes"):
            if not hasattr(error, name):
                setattr(error, name, ())
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is cls
        assert again.code.partition(".")[2]
        assert again.message("en")


def test_a_pickled_error_says_the_same() -> None:
    error = UsageError("workflows.unknown_campaign", value="x", allowed="a、b", nearest="a")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.args_of_message) == (UsageError, str(error), error.args_of_message)


def test_a_problem_is_one_line_with_file_place_code_message_and_remedy() -> None:
    line = PROBLEM.line("en")
    assert line.startswith("a.yaml:12: workflows.unknown_campaign: ")
    assert line.endswith(PROBLEM.remedy("en"))
    assert "\n" not in line


def test_a_problem_without_a_place_names_the_file_only() -> None:
    assert Problem("errors.cause", "b.csv", args={"cause": "x"}).line("en") == "b.csv: errors.cause: Cause: x"


def test_problems_are_all_listed_and_survive_pickle() -> None:
    error = ProblemsError([PROBLEM, Problem("errors.cause", "b.csv", "B7", {"cause": "x"})])
    again = pickle.loads(pickle.dumps(error))
    assert again.problems == error.problems
    assert [line.partition(":")[0] for line in str(again).splitlines()[1:]] == ["a.yaml", "b.csv"]


def test_problems_are_data_errors() -> None:
    with pytest.raises(DataError, match="1"):
        raise ProblemsError([PROBLEM])
