"""What survives a crash of the notifier, on a disk that may fail."""

from pathlib import Path

from handler.notifier.tries import LoneTries
from tests.support.stream_records import item, stream_record

FIRST, SECOND = stream_record(item("O1")), stream_record(item("O2"))


def test_each_record_has_its_own_time_which_ends_with_it(tmp_path: Path) -> None:
    assert LoneTries(tmp_path, lambda: 100.0).begin(FIRST) == 0
    later = LoneTries(tmp_path, lambda: 160.0)
    assert (later.begin(FIRST), later.begin(SECOND)) == (60, 0)
    later.end(FIRST)
    assert [later.begin(record) for record in (FIRST, SECOND)] == [0, 0]


def test_a_clock_that_went_back_makes_no_time(tmp_path: Path) -> None:
    LoneTries(tmp_path, lambda: 100.0).begin(FIRST)
    assert LoneTries(tmp_path, lambda: 50.0).begin(FIRST) == 0


def test_a_file_that_was_cut_counts_as_none(tmp_path: Path) -> None:
    LoneTries(tmp_path, lambda: 100.0).begin(FIRST)
    [file] = tmp_path.iterdir()
    file.write_text("")
    assert LoneTries(tmp_path, lambda: 130.0).begin(FIRST) == 0
    assert LoneTries(tmp_path, lambda: 160.0).begin(FIRST) == 30


def test_a_folder_that_cannot_be_made_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    tries = LoneTries(tmp_path / "file", lambda: 100.0)
    assert tries.begin(FIRST) == 0
    tries.end(FIRST)
