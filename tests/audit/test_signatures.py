"""Signed commits where the estate demands them, signed anchors."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.audit.forgeries import TICKET, T
from tests.audit.forging import Forger, event, said

SSH = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="there is no ssh-keygen here")
GPG = pytest.mark.skipif(shutil.which("gpg") is None, reason="there is no gpg here")


@pytest.fixture
def signing(forger: Forger, tmp_path: Path) -> Forger:
    """The estate demands signatures from now on; the desk has an ssh key that is known."""
    for name in ("desk", "other"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True)
    (tmp_path / "allowed").write_text(f"desk@example.invalid {(tmp_path / 'desk.pub').read_text()}")
    for name, value in (
        ("gpg.format", "ssh"),
        ("gpg.ssh.allowedSignersFile", str(tmp_path / "allowed")),
        ("user.signingkey", str(tmp_path / "desk")),
        ("commit.gpgsign", "true"),
    ):
        forger.git("config", name, value)
    text = forger.text("propcli.yaml") + "signatures: demanded\n"
    forger.commit("Sign from now on", {"propcli.yaml": text}, options=("-S",))
    return forger


def found(forger: Forger, *options: str) -> list[tuple[str, str]]:
    """(code, short commit) of every alarm."""
    done = forger.desk.run("audit", "verify", "--format", "json", *options, PROPCLI_NOW="")
    alarms = [(row["code"], row["commit"]) for row in json.loads(done.out) if row["alarm"]]
    assert done.code == (1 if alarms else 0), done.all
    return alarms


def note(forger: Forger, **options: str) -> str:
    text = forger.text(TICKET) + event(forger.now, "noted", text="x")
    return forger.commit(said(T, "noted"), {TICKET: text}, **options)


@SSH
def test_what_is_signed_is_good(signing: Forger) -> None:
    """Commands sign as git is told to; what was there before signatures were demanded need not be."""
    signing.desk.ok("ticket", "note", T, "--text", "已回访")
    assert "gpgsig" in signing.git("cat-file", "commit", "HEAD")
    assert found(signing) == []


@SSH
def test_what_is_not_signed_is_named(signing: Forger) -> None:
    commit = note(signing)
    assert found(signing) == [("unsigned", commit[:10])]
    signing.desk.ok("ticket", "note", T, "--text", "已回访")
    assert found(signing) == [("unsigned", commit[:10])]  # also the next time


@SSH
def test_a_key_nobody_knows(signing: Forger, tmp_path: Path) -> None:
    commit = note(signing, options=(f"-S{tmp_path / 'other'}",))
    assert found(signing) == [("badly_signed", commit[:10])]


@SSH
def test_signed_by_another_than_the_author(signing: Forger) -> None:
    name, mail = "陈静", "chen.jing@example.invalid"
    who = {
        f"GIT_{role}_{what}": said
        for role in ("AUTHOR", "COMMITTER")
        for what, said in (("NAME", name), ("EMAIL", mail))
    }
    commit = note(signing, options=("-S",), **who)
    assert found(signing) == [("signer_other", commit[:10])]


@SSH
def test_a_signature_of_other_words(signing: Forger) -> None:
    """Taken from one commit and put on another."""
    note(signing, options=("-S",))
    raw = signing.git("cat-file", "commit", "HEAD").replace("noted: x", "noted: y").replace(T, T, 1) + "\n"
    other = signing.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=raw.replace("+0800", "+0900", 1))
    signing.git("reset", "--quiet", "--hard", other)
    assert ("badly_signed", other[:10]) in found(signing)


@SSH
def test_nobody_ends_it_unseen(signing: Forger) -> None:
    text = signing.text("propcli.yaml").replace("signatures: demanded\n", "")
    commit = signing.commit("Edited by hand", {"propcli.yaml": text})
    assert found(signing) == [("signing_off", commit[:10]), ("unsigned", commit[:10])]


@SSH
def test_demanded_for_once(forger: Forger) -> None:
    """`--signed` asks it of every commit, whatever the settings say."""
    assert {code for code, _commit in found(forger, "--signed")} == {"unsigned"}


@SSH
def test_a_signed_anchor(signing: Forger, tmp_path: Path) -> None:
    """Whoever writes another one cannot sign it."""
    said = signing.desk.ok("audit", "anchor", "--to", str(tmp_path / "a.anchor"), "--sign")
    assert "a.anchor.sig" in said
    assert found(signing, "--anchor", str(tmp_path / "a.anchor")) == []
    text = (tmp_path / "a.anchor").read_text()
    (tmp_path / "a.anchor").write_text(re.sub(r"^commits: .*$", "commits: 1", text, flags=re.M))
    assert [code for code, _ in found(signing, "--anchor", str(tmp_path / "a.anchor"))] == ["anchor_forged"]


@GPG
def test_gpg_signs_too(forger: Forger, tmp_path: Path) -> None:
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    gpg = {**os.environ, "GNUPGHOME": str(home)}
    made = [
        "gpg",
        "--batch",
        "--passphrase",
        "",
        "--quick-gen-key",
        "Desk <desk@example.invalid>",
        "ed25519",
        "sign",
        "0",
    ]
    subprocess.run(made, env=gpg, check=True, capture_output=True)
    try:
        commit = note(forger, options=("-S",), GNUPGHOME=str(home))
        done = forger.desk.run("audit", "verify", "--signed", "--format", "csv", PROPCLI_NOW="", GNUPGHOME=str(home))
        assert done.code == 1 and commit[:10] not in done.out  # all but this one are not signed
        anchor = tmp_path / "b.anchor"
        forger.desk.ok("audit", "anchor", "--to", str(anchor), "--sign", GNUPGHOME=str(home))
        for words, code in ((anchor.read_text(), 0), (anchor.read_text() + "\n", 1)):
            anchor.write_text(words)
            done = forger.desk.run("audit", "verify", "--anchor", str(anchor), PROPCLI_NOW="", GNUPGHOME=str(home))
            assert done.code == code, done.all
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], env=gpg, check=False)


TSA = """\
[tsa]
dir = {folder}
serial = $dir/serial
signer_cert = $dir/tsa.crt
signer_key = $dir/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
"""


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[str]:
    """A time stamping authority of our own; its address."""
    folder = tmp_path / "tsa"
    folder.mkdir()
    (folder / "tsa.cnf").write_text(TSA.format(folder=folder))
    (folder / "serial").write_text("01\n")
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=TSA"]
    made += ["-addext", "extendedKeyUsage=critical,timeStamping", "-keyout", "tsa.key", "-out", "tsa.crt"]
    subprocess.run(made, cwd=folder, check=True, capture_output=True)

    class Stamping(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (folder / "q").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            reply = ["openssl", "ts", "-reply", "-queryfile", "q", "-config", "tsa.cnf", "-section", "tsa", "-out", "r"]
            subprocess.run(reply, cwd=folder, check=True, capture_output=True)
            self.send_response(200)
            self.end_headers()
            self.wfile.write((folder / "r").read_bytes())

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Stamping)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl here")
def test_a_stamped_anchor(forger: Forger, tmp_path: Path, authority: str) -> None:
    """Somebody else says that it was there at that time; nobody has another text stamped so afterwards."""
    anchor = tmp_path / "c.anchor"
    assert "c.anchor.tsr" in forger.desk.ok("audit", "anchor", "--to", str(anchor), "--timestamp", authority)
    assert found(forger, "--anchor", str(anchor)) != []  # whose stamps are good is not known
    forger.git("config", "propcli.timestampCA", str(tmp_path / "tsa/tsa.crt"))
    assert found(forger, "--anchor", str(anchor)) == []
    anchor.write_text(anchor.read_text().replace("commits: 77", "commits: 78"))
    assert [code for code, _ in found(forger, "--anchor", str(anchor))] == ["anchor_forged"]
    for address in ("file:///etc/passwd", "http://127.0.0.1:9/"):
        done = forger.desk.run(
            "audit", "anchor", "--to", str(tmp_path / address[-3:].strip("/:")), "--timestamp", address
        )
        assert done.code in (2, 3) and address in done.err
