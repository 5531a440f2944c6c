"""Which model a judge is made with."""

from pathlib import Path

import pytest
from support.fakes import WordClassifier
from support.releases import add_release, models_folder, notice_of

from dutyline.assembly import load_model, prepare
from dutyline.errors import ModelError
from dutyline.settings import Settings


def test_models_come_from_the_folder_that_settings_name(tmp_path: Path) -> None:
    root = models_folder(tmp_path)
    release = add_release(root, "test-2")
    settings = Settings(models_dir=root)
    assert load_model("test-2", settings).version == notice_of(release).identity
    with pytest.raises(ModelError, match="test-2"):
        load_model("test-2", Settings())


def test_a_model_can_be_named_by_its_folder(tmp_path: Path) -> None:
    release = add_release(models_folder(tmp_path), "test-2")
    assert load_model(str(release), Settings()).version == notice_of(release).identity


def test_judges_on_the_same_grounds_differ_in_the_classifier_only() -> None:
    grounds = prepare(Settings())
    one, other = grounds.judge(WordClassifier("words-1")), grounds.judge(WordClassifier("words-2"))
    assert one._read is other._read
    assert one._rules is other._rules
    assert one._classifier is not other._classifier
