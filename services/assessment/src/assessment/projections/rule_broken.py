"""What the log says, against the rules of the tables."""


class RuleBroken(Exception):  # noqa: N818 (an outcome, named for what it is)
    """The rows that the log makes break a rule; `rule` is the constraint's name."""

    def __init__(self, rule: str | None) -> None:
        super().__init__(f"the rows that the log makes break the rule {rule}; the live tables are as they were")
        self.rule = rule
