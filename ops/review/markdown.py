"""A review as a comment on a pull request."""

from collections.abc import Sequence

from ops.review.finding import Finding, Review, Verdict
from ops.text import counted

MAX_CHARACTERS = 60_000
"""GitHub accepts 65,536 characters in a comment. The rest is for what a workflow adds."""
_SPECIAL = str.maketrans(
    {character: f"\\{character}" for character in "\\`*_{}[]<>#|~"} | {"@": "@<!-- -->", "\n": " "}
)
"""Names and values come from the program of the pull request: they format nothing and mention nobody."""


def as_markdown(review: Review, stack: str) -> str:
    """A comment of at most MAX_CHARACTERS: the verdict, the numbers, and each finding whole or not at all."""
    head = f"### {_escaped(stack)}: {review.verdict}\n\n{review.verdict.meaning}\n"
    if not review.findings:
        return head
    head += f"\n| Verdict | Findings |\n| --- | ---: |\n{_table(review.findings)}\n"
    parts, left = [head], MAX_CHARACTERS - len(head) - 200
    for position, finding in enumerate(review.findings):
        text = _finding(finding)
        if len(text) > left:
            rest = counted(len(review.findings) - position, "more finding")
            parts.append(f"\n**{rest} not shown here**, none of them worse than {finding.verdict}.\n")
            break
        parts.append(text)
        left -= len(text)
    return "".join(parts)


def _table(findings: Sequence[Finding]) -> str:
    numbers = {verdict: sum(finding.verdict is verdict for finding in findings) for verdict in Verdict}
    return "".join(f"| {verdict} | {number} |\n" for verdict, number in numbers.items() if number)


def _finding(finding: Finding) -> str:
    instead = f"\n\n{_escaped(finding.instead)}" if finding.instead else ""
    summary = f"<b>{finding.verdict}</b>: {_html(finding.what)}"
    return f"\n<details><summary>{summary}</summary>\n\n{_escaped(finding.why)}{instead}\n</details>\n"


def _escaped(text: str) -> str:
    return text.translate(_SPECIAL)


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "@<!-- -->")
