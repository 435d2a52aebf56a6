"""The other desks' repository: where it is, what came from it, what goes to it."""

from dataclasses import dataclass

from propcli.engine.problem import Refusal
from propcli.engine.text import Text, say
from propcli.store.trees import Trees, run, said


@dataclass(frozen=True)
class Remote:
    """A branch of another repository: its name here, and what is the branch there and here."""

    trees: Trees
    name: str
    branch: str
    own: str

    @property
    def known(self) -> str:
        """The name that the last commit seen there has here."""
        return f"refs/remotes/{self.name}/{self.branch}"

    def fetch(self) -> str:
        """The last commit there, brought here; '' where nobody has pushed yet. Refuses with git's reason."""
        reference = f"+refs/heads/{self.branch}:{self.known}"
        code, _out, error = run(self.trees.top, ["fetch", "--quiet", "--no-tags", self.name, reference])
        if code and b"couldn't find remote ref" in error:
            return ""
        if code:
            raise _failed(say("nothing came from {name}: {said}", name=self.name, said=said(error)))
        return self.trees.commit_of(self.known)

    def push(self, commit: str, tip: str) -> bool:
        """Bring a commit there, which comes after `tip`, the last one seen there; False where somebody was faster.
        Refuses with git's reason, or what a hook there said."""
        target = f"{commit}:refs/heads/{self.branch}"
        code, out, error = run(self.trees.top, ["push", "--porcelain", self.name, target])
        if not code:
            self._follow()
            return True
        if self._tip() not in (tip, None):
            return False
        raise _failed(say("nothing went to {name}: {said}", name=self.name, said=said(error) or said(out)))

    def _tip(self) -> str | None:
        """The last commit there now, '' where there is none; None where that cannot be found out."""
        code, out, _error = run(self.trees.top, ["ls-remote", self.name, f"refs/heads/{self.branch}"])
        return out.decode().split("\t")[0] if code == 0 else None

    def _follow(self) -> None:
        """Let git know which branch there belongs to the one here, if nobody has said so."""
        for key, value in (("remote", self.name), ("merge", f"refs/heads/{self.branch}")):
            if not self.trees.git("config", f"branch.{self.own}.{key}", ok=(0, 1)):
                self.trees.git("config", f"branch.{self.own}.{key}", value)


def remote(trees: Trees) -> Remote:
    """Where this branch comes from and goes to: as git has it, else the only one there is. Refuses, with what to do,
    where there is none or nobody has said which."""
    own = trees.git("symbolic-ref", "--short", "HEAD").decode().strip()
    configured = [trees.git("config", f"branch.{own}.{key}", ok=(0, 1)).decode().strip() for key in ("remote", "merge")]
    names = trees.git("remote").decode().split()
    if configured[0]:
        return Remote(trees, configured[0], configured[1].removeprefix("refs/heads/") or own, own)
    if not names:
        raise Refusal(
            say("there is no other desk yet to share these records with: git knows no remote"),
            hint=say("make an empty repository that both can reach, then: git remote add origin ADDRESS; propcli sync"),
            code=3,
        )
    if len(names) > 1:
        raise Refusal(
            say("which remote is meant is not known: {names}", names=names),
            hint=say("git branch --set-upstream-to={name}/{branch}", name=names[0], branch=own),
            code=3,
        )
    return Remote(trees, names[0], own, own)


def _failed(what: Text) -> Refusal:
    return Refusal(what, hint=say("put right what git says and run propcli sync again"), code=3)
