"""Form expressions: a subset of XLSForm's, parsed once for form, server and check.

XLSForm's expressions are a dialect of XPath. The grammar is that of :mod:`pbwidgets.campaign.expression_tree`; the
meaning is given in :mod:`pbwidgets.campaign.expression_meaning`, because XPath knows neither answers that are
missing nor choice ids.

What differs from XPath: a comparison with an empty value is neither true nor false, except with ``''``, which asks
whether a value is empty; ``if`` over what is not known gives nothing; arithmetic with an empty value gives an
empty value; ISO dates compare and subtract as days; a 5 is rounded away from zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import Any

from pbwidgets.campaign.expression_meaning import Scope, Step, compile_tree, find_truth
from pbwidgets.campaign.expression_tree import FUNCTIONS, ExpressionError, Node, read_tree

__all__ = ["FUNCTIONS", "Expression", "ExpressionError", "parse"]


@dataclass(frozen=True)
class Expression:
    """An expression that was read.

    Attributes
    ----------
    text
        The expression as it was written.
    tree
        Its operations, for those who look at them.
    names
        What it asks for: ``plan`` of ``${plan}``, ``meetings/held_on`` of ``${meetings/held_on}``.
    uses_self
        Whether it contains ``.``.
    attributes
        Attributes of options that it asks for by a bare name: ``town`` of ``town = ${town}``.
    """

    text: str
    tree: Node
    names: frozenset[str]
    uses_self: bool
    attributes: frozenset[str]
    _run: Step

    def evaluate(
        self, values: Mapping[str, object], *, self_value: object = None, today: date | None = None
    ) -> object:
        """Value of the expression: bool, float, text, date, or None where it is empty or not known.

        Parameters
        ----------
        values
            Values by name: text, numbers, dates, or lists of them (chosen options, a column of a repeat);
            lists of mappings are rows of a repeat. A name that is absent is empty, and so are NaN, NA, None,
            ``""`` and ``[]``.
        self_value
            Value of ``.``.
        today
            What ``today()`` gives; the current day of this machine if None.

        Examples
        --------
        >>> parse("if(${meetings} >= 4, 'enough', 'too few')").evaluate({"meetings": "5"})
        'enough'
        >>> parse("if(${meetings} >= 4, 'enough', 'too few')").evaluate({}) is None
        True
        >>> parse("round(${held} div ${due} * 100, 1)").evaluate({"held": 7, "due": 12})
        58.3
        """
        return self._run(Scope(values, self_value, today))

    def holds(
        self, values: Mapping[str, object], *, self_value: object = None, today: date | None = None
    ) -> bool:
        """Whether the expression is true: a number other than 0, a text or list that is not empty.

        What is not known, because a value is missing, does not hold.

        Examples
        --------
        >>> parse("${meetings} >= 4").holds({"meetings": "5"})
        True
        >>> parse("${meetings} >= 4").holds({})
        False
        """
        return find_truth(self.evaluate(values, self_value=self_value, today=today)) is True

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(parse, of_options=bool(self.attributes)), (self.text,)


@cache
def parse(text: str, *, of_options: bool = False) -> Expression:
    """Expression of a text; bare names are attributes in a filter ``of_options``, and else an error.

    Raises
    ------
    ExpressionError
        If the text is not an expression of the dialect; the position is where reading broke off.
    """
    tree = read_tree(text, of_options=of_options)
    asked = {str(node.value) for node in tree.walk() if node.symbol == "$"}
    attributes = {name for name in asked if name.startswith("@")}
    uses_self = any(node.symbol == "." for node in tree.walk())
    return Expression(
        text,
        tree,
        frozenset(asked - attributes),
        uses_self,
        frozenset(name[1:] for name in attributes),
        compile_tree(tree),
    )
