"""A review as a comment."""

from hypothesis import given
from hypothesis import strategies as st

from ops.review.finding import ChangedSetting, Finding, Review, Verdict
from ops.review.markdown import MAX_CHARACTERS, as_markdown

TEXTS = st.text(max_size=200)
FINDINGS = st.builds(Finding, verdict=st.sampled_from(Verdict), resource=TEXTS, what=TEXTS, why=TEXTS, instead=TEXTS)


SETTINGS = st.builds(
    ChangedSetting,
    system=TEXTS,
    key=TEXTS,
    before=TEXTS,
    after=TEXTS,
    where=TEXTS,
    resources=st.lists(TEXTS, max_size=2),
)


def one(verdict: Verdict, what: str = "changes it", size: int = 10) -> Finding:
    return Finding(verdict=verdict, resource="R", what=what, why="w" * size, instead="")


def test_the_verdict_comes_first_then_the_numbers_then_the_findings() -> None:
    text = as_markdown(Review.of([one(Verdict.SAFE), one(Verdict.LOSES), one(Verdict.LOSES)]), "prod")
    assert text.startswith("### prod: loses\n\nOrders, dead letters, ")
    assert "| loses | 2 |\n| safe | 1 |\n" in text
    assert text.index("<b>loses</b>") < text.index("<b>safe</b>")


def test_a_change_without_a_finding_is_one_sentence() -> None:
    assert as_markdown(Review.of([]), "dev") == "### dev: safe\n\nNo order is lost, and none has to wait.\n"


def test_a_name_with_line_breaks_ends_neither_the_summary_nor_a_paragraph() -> None:
    name = "a\n\n[b](https://example.com)\r\r# c\u2028\u2028- d\x0b\x0c\x85e"
    text = as_markdown(Review.of([Finding(verdict=Verdict.LOOK, resource="R", what=name, why=name)]), "dev")
    [line] = [line for line in text.splitlines() if line.startswith("<details>")]
    assert line.endswith("a [b](https://example.com) #<!-- --> c - d e</summary>")
    assert "- a \\[b\\](https://example.com) #<!-- --> c - d e" in text.splitlines()


def test_an_entity_is_no_mention() -> None:
    text = as_markdown(Review.of([one(Verdict.LOOK, what="&commat;all")]), "&commat;all")
    assert "&commat;" not in text


def test_names_format_nothing_and_mention_nobody() -> None:
    text = as_markdown(Review.of([one(Verdict.LOOK, what="<img src=x> @everyone")]), "a`b|c")
    assert "<img" not in text
    assert "@everyone" not in text
    assert text.startswith("### a\\`b\\|c: look")


def test_a_place_in_the_program_is_no_reference_to_an_issue() -> None:
    found = Finding(verdict=Verdict.LOOK, resource="R", what="q#54", why="w", instead="", cause="infra/queue.py#54")
    assert "#54" not in as_markdown(Review.of([found]), "dev")


def test_a_name_of_two_lines_does_not_end_the_line_of_its_finding() -> None:
    text = as_markdown(Review.of([one(Verdict.LOOK, what="changes a\r\n\n# b")]), "dev")
    [summary] = [line for line in text.splitlines() if line.startswith("<details>")]
    assert summary.endswith("</summary>")


def test_a_command_and_an_alias_are_code() -> None:
    instead = "Run `pulumi up --stack 'a_b*c'` for Queue_1, and add aliases=[\"urn:a::b_c\"] to it_2"
    found = Finding(verdict=Verdict.LOSES, resource="R", what="w", why="w", instead=instead)
    expected = "Run `pulumi up --stack 'a_b*c'` for Queue\\_1, and add `aliases=[\"urn:a::b_c\"]` to it\\_2"
    assert expected in as_markdown(Review.of([found]), "dev")


def test_settings_and_what_follows_come_before_the_findings() -> None:
    setting = ChangedSetting(
        system="Order", key="batchSize", before="10", after="5", where="Pulumi.dev.yaml line 3", resources=["mapping M"]
    )
    text = as_markdown(Review.of([one(Verdict.SAFE)], [setting], ["capacity: 20 → 10"]), "dev")
    assert "| batchSize | 10 → 5 | Pulumi.dev.yaml line 3 | mapping M |\n\n- capacity: 20 → 10\n" in text
    assert text.index("| safe | 1 |") < text.index("batchSize") < text.index("<details>")


def test_a_change_of_settings_only_is_told_too() -> None:
    setting = ChangedSetting(system="Order", key="k", before="1", after="2", where="", resources=[])
    assert "| k | 1 → 2 |" in as_markdown(Review.of([], [setting]), "dev")


def test_settings_that_are_too_long_are_counted() -> None:
    many = [
        ChangedSetting(system="S", key=f"k{i}", before="1", after="2", where="x" * 99, resources=[]) for i in range(99)
    ]
    assert "**99 changed settings not shown here.**" in as_markdown(Review.of([one(Verdict.SAFE)], many), "dev")


@given(
    st.lists(FINDINGS, max_size=5),
    st.lists(SETTINGS, max_size=30),
    st.integers(0, 800),
    st.integers(1_000, MAX_CHARACTERS),
)
def test_a_comment_is_never_too_long_and_no_finding_is_cut(
    findings: list[Finding], settings: list[ChangedSetting], many: int, limit: int
) -> None:
    review = Review.of([*findings, *(one(Verdict.WEAKENS, size=200) for _ in range(many))], settings)
    text = as_markdown(review, "prod", limit)
    assert len(text) <= limit
    shown = text.count("<details>")
    assert shown == text.count("</details>")
    assert (f"**{len(review.findings) - shown:,} more finding" in text) == (shown < len(review.findings))
