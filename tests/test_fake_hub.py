"""The hub that tests talk to, held against the hub's own library."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub import CommitScheduler, HfApi, hf_hub_download, snapshot_download
from huggingface_hub.errors import BadRequestError, EntryNotFoundError, HfHubHTTPError, RepositoryNotFoundError

from tests.fake_hub import Account, FakeHub


@pytest.fixture
def ada(fake_hub: FakeHub) -> HfApi:
    return HfApi(token="hf_ada")


def test_a_folder_goes_up_and_comes_down_as_it_was(fake_hub: FakeHub, ada: HfApi, tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    files = {"README.md": b"---\nlicense: mit\n---\n# Hello\n", "model.safetensors": bytes(range(256)) * 999}
    for name, content in files.items():
        (made / name).write_bytes(content)
    assert ada.whoami()["name"] == "ada"
    address = ada.create_repo("ada/one", private=True)
    assert (address.repo_id, str(address)) == ("ada/one", f"{fake_hub.url}/ada/one")
    sent = ada.upload_folder(repo_id="ada/one", folder_path=made, commit_message="Add it")
    info = ada.model_info("ada/one")
    assert (info.sha, info.private, info.card_data.license) == (sent.oid, True, "mit")
    assert {one.path for one in ada.list_repo_tree("ada/one")} == {*files, ".gitattributes"}
    folder = Path(snapshot_download("ada/one", token="hf_ada", cache_dir=tmp_path / "cache"))
    assert {name: (folder / name).read_bytes() for name in files} == files
    assert ada.upload_folder(repo_id="ada/one", folder_path=made).oid == sent.oid, "nothing changed"


def test_a_private_one_is_there_for_its_owner_only(fake_hub: FakeHub, ada: HfApi) -> None:
    fake_hub.accounts["hf_eve"] = Account("eve")
    fake_hub.add("dataset", "ada/said", {"a.jsonl": b"{}"}, private=True)
    assert ada.dataset_info("ada/said").private
    for other in (HfApi(token="hf_eve"), HfApi(token=False)):
        with pytest.raises(RepositoryNotFoundError):
            other.dataset_info("ada/said")
    ada.update_repo_settings("ada/said", repo_type="dataset", visibility="public")
    assert HfApi(token=False).dataset_info("ada/said").private is False


def test_what_the_hub_refuses_is_refused(fake_hub: FakeHub, ada: HfApi) -> None:
    fake_hub.accounts["hf_read"] = Account("ada", writes=False)
    with pytest.raises(HfHubHTTPError, match="Invalid user token"):
        HfApi(token="hf_wrong").whoami()
    with pytest.raises(HfHubHTTPError, match="403"):
        ada.create_repo("eve/hers")
    with pytest.raises(HfHubHTTPError, match="403"):
        HfApi(token="hf_read").create_repo("ada/one")
    ada.create_repo("ada/one")
    with pytest.raises(HfHubHTTPError, match="409"):
        ada.create_repo("ada/one")
    card = b"---\nlicense: whatever I like\n---\n"
    with pytest.raises(ValueError, match="license"):
        ada.upload_file(repo_id="ada/one", path_in_repo="README.md", path_or_fileobj=card)
    with pytest.raises(EntryNotFoundError):
        hf_hub_download("ada/one", "none.txt")
    fake_hub.refusing["/commit/"] = 400
    with pytest.raises(BadRequestError):
        ada.upload_file(repo_id="ada/one", path_in_repo="a.txt", path_or_fileobj=b"a")


def test_a_space_keeps_what_it_was_made_with(fake_hub: FakeHub, ada: HfApi) -> None:
    wanted = {"space_sdk": "gradio", "space_secrets": [{"key": "K", "value": "v"}]}
    ada.create_repo("ada/stage", repo_type="space", private=True, **wanted)
    card = b"---\ntitle: Stage\nsdk: gradio\n---\n"
    ada.upload_file(repo_id="ada/stage", repo_type="space", path_in_repo="README.md", path_or_fileobj=card)
    assert ada.space_info("ada/stage").sdk == "gradio"
    assert fake_hub.get("space", "ada/stage").created["secrets"] == [{"key": "K", "value": "v"}]
    with pytest.raises(ValueError, match="sdk"):
        ada.upload_file(repo_id="ada/stage", repo_type="space", path_in_repo="README.md", path_or_fileobj=b"# no")


def test_a_scheduler_appends_to_a_dataset(fake_hub: FakeHub, ada: HfApi, tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "a.jsonl").write_bytes(b"{}\n")
    scheduler = CommitScheduler(
        repo_id="ada/rows", repo_type="dataset", folder_path=tmp_path / "rows", private=True, every=60, hf_api=ada
    )
    scheduler.trigger().result()
    scheduler.stop()
    assert fake_hub.get("dataset", "ada/rows").files["a.jsonl"] == b"{}\n"
