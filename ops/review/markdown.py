"""A review as a comment on a pull request."""

import re
from collections.abc import Iterator, Sequence

from ops.review.drift import Difference
from ops.review.finding import Finding, Review, Verdict
from ops.text import counted

MAX_CHARACTERS = 60_000
"""GitHub accepts 65,536 characters in a comment. The rest is for what a workflow adds."""
_SPLIT = {"@": "@<!-- -->", "#": "#<!-- -->"}
"""GitHub would take `#54` for issue 54, and `@name` for a person."""
_SPECIAL = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>|~"} | {"&": "&amp;"} | _SPLIT)
"""Names and values come from the program of the pull request: they format nothing, and refer to nothing on GitHub."""
_IN_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"} | _SPLIT)
_COPIED = re.compile(r"`([^`]+)`|(aliases=\[[^`\]]*\])")
"""What the reader copies from a sentence: a command, or an alias. GitHub formats and links nothing in code."""


def as_markdown(review: Review, stack: str, limit: int = MAX_CHARACTERS) -> str:
    """A comment of at most `limit` characters: the verdict, the numbers, and each finding whole or not at all."""
    head = f"### {_escaped(stack)}: {review.verdict}\n\n{review.verdict.meaning}\n"
    if review.findings:
        head += f"\n| Verdict | Findings |\n| --- | ---: |\n{_table(review.findings)}"
    head += _settings(review, limit // 6)
    parts, left = [head], limit - len(head) - 200
    for position, finding in enumerate(review.findings):
        text = _finding(finding)
        if len(text) > left:
            rest = counted(len(review.findings) - position, "more finding")
            parts.append(f"\n**{rest} not shown here**, none of them worse than {finding.verdict}.\n")
            break
        parts.append(text)
        left -= len(text)
    return "".join(parts)


def as_list(differences: Sequence[Difference]) -> Iterator[str]:
    """The lines of an issue: a list of differences, each whole or not at all."""
    left = MAX_CHARACTERS
    for position, one in enumerate(differences):
        line = f"- {_escaped(one.what)}: {one.remedy}."
        if len(line) > left:
            yield f"- {counted(len(differences) - position, 'more difference')}, which `orders drift` shows."
            return
        yield line
        left -= len(line) + 1


def _table(findings: Sequence[Finding]) -> str:
    numbers = {verdict: sum(finding.verdict is verdict for finding in findings) for verdict in Verdict}
    return "".join(f"| {verdict} | {number} |\n" for verdict, number in numbers.items() if number)


def _settings(review: Review, limit: int) -> str:
    """The settings that change, and what follows from them."""
    rows = [
        f"| {_escaped(setting.key)} | {_escaped(setting.before)} → {_escaped(setting.after)} "
        f"| {_escaped(setting.where)} | {_escaped(', '.join(setting.resources))} |\n"
        for setting in review.settings
    ]
    text = f"\n| Setting | Value | Where | Changes |\n| --- | --- | --- | --- |\n{''.join(rows)}" if rows else ""
    if review.consequences:
        text += "\n" + "".join(f"- {_escaped(sentence)}\n" for sentence in review.consequences)
    if len(text) > limit:
        return f"\n**{counted(len(review.settings), 'changed setting')} not shown here.**\n"
    return text


def _finding(finding: Finding) -> str:
    """A line that the reader opens: the reason, the remedy and the cause are a list below it."""
    summary = f"<b>{finding.verdict}</b>: {_in_one_line(finding.what).translate(_IN_HTML)}"
    cause = [f"Cause: {_escaped(finding.cause)}"] if finding.cause else []
    sentences = [_with_code(finding.why), *([_with_code(finding.instead)] if finding.instead else []), *cause]
    items = "".join(f"- {sentence}\n" for sentence in sentences)
    return f"\n<details><summary>{summary}</summary>\n\n{items}</details>\n"


def _with_code(text: str) -> str:
    """A sentence whose commands and aliases are code."""
    text = _in_one_line(text)
    parts, end = [], 0
    for copied in _COPIED.finditer(text):
        parts += [text[end : copied.start()].translate(_SPECIAL), f"`{copied[1] or copied[2]}`"]
        end = copied.end()
    return "".join([*parts, text[end:].translate(_SPECIAL)])


def _escaped(text: str) -> str:
    return _in_one_line(text).translate(_SPECIAL)


def _in_one_line(text: str) -> str:
    """A blank line would end a table or an HTML block, and what follows would be Markdown again."""
    return " ".join(text.split())
