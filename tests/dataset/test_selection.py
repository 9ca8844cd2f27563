import pytest
from support.dialogues import EVERY_KIND, Talk, write

from aiev.store.writing.connection import open_database


def test_nothing_is_lost_on_the_way(exported):
    funnel = exported(settings=["failures=true", "languages=['go']"]).funnel
    assert funnel.taken == len(EVERY_KIND) == funnel.kept + funnel.dropped.total()
    assert funnel.dropped == {"language": 20}


def test_one_split_can_be_asked_for(tmp_path, exported):
    result = exported(settings=["splits=['test']"])
    assert result.rows == {"messages/test.jsonl": 3}
    assert not (tmp_path / "out/messages/train.jsonl").exists()
    assert result.funnel.dropped == {"split": 25, "discarded": 2}


@pytest.mark.parametrize(
    ("setting", "kept", "reasons"),
    [
        ("min_rounds=2", 10, {"too few rounds": 18}),
        ("max_rounds=1", 18, {"too many rounds": 10}),
        ("verdicts=['timeout']", 4, {"verdict": 24}),
        ("languages=['go']", 10, {"language": 18}),
        ("licences=['MIT']", 18, {"licence": 10}),
        ("licences=['unknown']", 10, {"licence": 18}),
        ("stages=['self-learn']", 0, {"stage": 28}),
        ("models=['m']", 28, {}),
        ("models=['n']", 0, {"model": 28}),
        ("runs=['r']", 28, {}),
        ("runs=['x']", 0, {"run": 28}),
    ],
)
def test_every_choice_drops_with_its_reason(exported, setting, kept, reasons):
    funnel = exported(settings=[setting]).funnel
    assert funnel.kept == kept
    assert funnel.dropped == {"discarded": 2} | reasons


def test_rejected_dialogues_stay_out_unless_asked_for(tmp_path, exported):
    talks = [Talk(1, label="reject"), Talk(2, label="accept"), Talk(3, label="flag"), Talk(4)]
    path = write(tmp_path / "l.db", talks)
    assert exported(path=path).funnel.dropped == {"label": 1}
    assert exported(path=path, settings=["labels=['accept']"]).funnel.kept == 1
    assert exported(path=path, settings=["labels=['reject','none']"]).funnel.kept == 2


def test_the_newest_label_counts(tmp_path, exported):
    path = write(tmp_path / "l.db", [Talk(1, label="reject")])
    db = open_database(path)
    db.execute("insert into labels (conversation_id, label, note, created_at) values ('c001', 'accept', '', '2025')")
    db.commit()
    db.close()
    assert exported(path=path).funnel.kept == 1


def test_failures_are_for_preferences_and_not_for_the_loss(exported, rows):
    result = exported("messages", "kto", settings=["failures=true", "splits=['train','test']"])
    assert result.funnel.kept == 30
    labels = [row["label"] for split in ("train", "test") for row in rows(f"kto/{split}.jsonl")]
    assert (labels.count(True), labels.count(False)) == (28, 6 + 8 + 4)
    assert sum(result.rows[f"messages/{split}.jsonl"] for split in ("train", "test")) == 28
    exported("messages", settings=["failures=true", "train_failed=true"])
    assert sum(len(rows(f"messages/{split}.jsonl")) for split in ("train", "test")) == 30
