"""A year of honest work: every kind of commit that propcli makes, hand edits that say so, a second desk."""

import os
import shlex
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

from tests.conftest import IDENTITY, SETTINGS, STAFF, Desk


class DatedDesk(Desk):
    """A desk whose git lives by the same clock as the program."""

    def environment(self, **more: str) -> dict[str, str]:
        return super().environment(**{"PROPCLI_KEYS": str(self.root.parent / "keys"), **self.dates(), **more})

    def dates(self) -> dict[str, str]:
        return {"GIT_AUTHOR_DATE": self.now, "GIT_COMMITTER_DATE": self.now}

    def git(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={"PATH": os.environ["PATH"], "HOME": str(self.root.parent), **IDENTITY, **self.dates()},
            capture_output=True,
            text=True,
            check=False,
        )
        if check:
            assert done.returncode == 0, done.stderr
        return done.stdout

    def later(self, **by: int) -> None:
        self.now = (datetime.fromisoformat(self.now) + timedelta(**by)).isoformat()

    def work(self, lines: str) -> None:
        """Commands one after another, a few minutes apart."""
        for line in lines.strip().splitlines():
            self.ok(*shlex.split(line.replace("TODAY", self.now[:10].replace("-", ""))))
            self.later(minutes=7)

    def verify(self, *options: str) -> tuple[int, str]:
        """`audit verify` as it is meant to be run: by the real clock."""
        done = self.run("audit", "verify", *options, PROPCLI_NOW="")
        return done.code, done.all


def begun(root: Path) -> DatedDesk:
    """An estate with its staff, as somebody sets it up in January."""
    root.mkdir(parents=True)
    desk = DatedDesk(root)
    desk.now = "2025-01-06T09:00:00+08:00"
    desk.git("init", "--quiet", "-b", "main")
    desk.ok("init", ".", "--name", "测试苑")
    desk.later(hours=1)
    desk.write("propcli.yaml", SETTINGS)
    for staff_id, content in STAFF.items():
        desk.write(f"staff/{staff_id}.yaml", content)
    desk.git("add", "-A")
    desk.git("commit", "--quiet", "-m", "Staff")
    desk.later(hours=1)
    return desk


HOMES = """
unit add 3-2-0501 --state owner_occupied --owner 王丽,13800138000 --since 2024-06-01
unit add 3-2-0502 --state vacant --owner 陈大明,13800138002 --since 2024-06-01
unit add 3-2-0601 --state vacant --owner 孙建平,13800138005 --since 2024-06-01
resident add --name 欧阳文 --phone 13700001111 --bank 6222020200098765432
unit let 3-2-0502 --to 李娜,13800138003 --until 2026-12-31
resident change 00001 --phone 13800138009 --plate 粤B12345 --bank 6217001210024455220
resident consent 00001 --to contact
resident withdraw 00001 --to contact
"""
MONTH = """
ticket add --kind repair --category water --unit 3-2-0501 --summary 水管漏水 --name 王丽
ticket dispatch T-TODAY-001 --to zhang.wei
ticket confirm T-TODAY-001
ticket arrive T-TODAY-001
ticket diagnose T-TODAY-001 --cause 角阀老化
ticket done T-TODAY-001 --text 换了角阀
ticket sign-off T-TODAY-001 --who 王丽
ticket note T-TODAY-001 --text 已收费
"""
COMPLAINT = """
ticket add --kind complaint --category elevator --severity major --unit 3-2-0502 --summary 电梯困人 --name 李娜
ticket judge T-TODAY-001 --valid --cause 对讲故障 --responsible 秩序部 --solution 更换对讲
dispatch --apply
ticket add --kind repair --category water --unit 3-2-0601 --summary 地漏返水 --name 孙建平
ticket add --kind repair --category water --unit 3-2-0601 --summary 地漏返水 --name 孙建平
ticket merge T-TODAY-003 --into T-TODAY-002
resident list --reveal
"""
GATE = """
pass issue --unit 3-2-0501 --who 王丽 --items 冰箱1台 --plate 粤B12345
pass use P-20250310-001
visitor enter --name 周小姐 --unit 3-2-0501 --purpose 访友 --card 12
visitor leave V-20250310-001
parking add B1-012 --place 地库
parking let B1-012 --unit 3-2-0501 --until 2026-03-09 --fee 300 --cars 粤B12345
parking cars B1-012 --cars 粤B54321
parking free B1-012 --reason 退租
access issue --type car --unit 3-2-0501 --until 2026-12-20 --plate 粤B88884 --number 0312
access lost A-2025-0001
stay enter --plate 粤A77777 --unit 3-2-0501 --purpose 送货
stay leave S-20250310-001
staff add sun.hao --name 孙浩 --role technician --team engineering --skill water
staff leave zhou.min --from 2025-03-11 --until 2025-03-12 --stand-in lin.yue
staff change zhang.wei --skill water --skill leak
staff depart li.qiang --last-day 2025-03-10 --successor zhang.wei
"""
APPLY = "renovation apply 3-2-0501 --applicant 王丽 --none-below --works 翻新 --contractor 安居"
WORKS = f"""
{APPLY} --in-charge 刘强,13900139000 --item electrics=客厅
renovation worker add 0001 --name 李师傅 --trade 瓦工 --checked id_card
renovation paper 0001 --checked all
unit custody 3-2-0601 --agreement TG-1 --water 120 --electricity 3400
weather rain --from +1h --to +1d
unit check 3-2-0601 --water 120.5 --electricity 3401
unit note 3-2-0601 --text 已通知业主
unit transfer 3-2-0502 --manner sale --to 高峰,13700003333 --on 2025-04-07
"""
TABLE = (
    "system: old\ntimezone: Asia/Shanghai\ncolumns: {source_id: no, reported: reported, category: category, "
    "unit: unit, summary: summary, caller_name: name}\nconstants: {kind: repair, urgency: normal, channel: phone}\n"
)


def year(root: Path) -> DatedDesk:
    """From January to December."""
    desk = begun(root)
    desk.work(HOMES)
    for month in (1, 2):
        desk.now = f"2025-{month + 1:02d}-10T09:00:00+08:00"
        desk.work(MONTH)
    desk.now = "2025-03-10T13:00:00+08:00"
    desk.work(GATE)
    desk.now = "2025-03-14T09:00:00+08:00"
    desk.work(COMPLAINT)
    desk.now = "2025-04-08T09:00:00+08:00"
    desk.work(WORKS)
    desk.now = "2025-05-08T09:00:00+08:00"
    imported(desk, 210)
    edited(desk)
    desk.now = "2025-07-08T09:00:00+08:00"
    desk.work("resident forget R-00004 --reason 本人要求 --yes")
    two_desks(desk)
    desk.now = "2025-09-10T09:00:00+08:00"
    sealed(desk)
    desk.now = "2025-12-10T09:00:00+08:00"
    desk.work(MONTH)
    return desk


def imported(desk: DatedDesk, rows: int) -> None:
    """So many that the commit says only how many."""
    lines = [f"{n},2025-04-{n % 28 + 1:02d} 10:00,water,3-2-0501,漏水,王丽" for n in range(rows)]
    place = desk.root.parent
    (place / "in.csv").write_text("\n".join(["no,reported,category,unit,summary,name", *lines]) + "\n", "utf-8")
    (place / "map.yaml").write_text(TABLE, "utf-8")
    desk.ok("import", "tickets", str(place / "in.csv"), "--map", str(place / "map.yaml"))
    desk.later(hours=1)


def edited(desk: DatedDesk) -> None:
    """By `edit`, in an editor and committed as that, and the rules."""
    desk.ok("edit", "T-20250210-001", EDITOR="sed -i s/换了角阀/换了铜角阀/")
    desk.later(hours=1)
    desk.ok("edit", "policy", EDITOR="sed -i 's/within: 30m/within: 45m/'")
    desk.later(hours=1)
    file = desk.root / "residents/R-00002.yaml"
    file.write_text(file.read_text("utf-8").replace("13800138002", "13800138222"), "utf-8")
    desk.git("commit", "--quiet", "-am", "Edited by hand")
    desk.later(hours=1)
    calendar = desk.root / "calendar.yaml"
    calendar.write_text(calendar.read_text("utf-8") + "# by the owners' committee\n", "utf-8")
    desk.git("commit", "--quiet", "-am", "A note on the calendar")
    desk.later(hours=1)


def two_desks(desk: DatedDesk) -> None:
    """Two clones that work apart and are merged by git itself."""
    desk.now = "2025-08-11T09:00:00+08:00"
    other = desk.root.parent / "other"
    shutil.copytree(desk.root, other)
    second = DatedDesk(other)
    second.now = desk.now
    second.ok("ticket", "note", "T-20250210-001", "--text", "夜班来电", "--by", "lin.yue")
    desk.later(minutes=5)
    desk.ok("ticket", "note", "T-20250310-001", "--text", "白班来电")
    desk.later(minutes=5)
    desk.git("pull", "--quiet", "--no-rebase", "--no-edit", str(other), "main")
    shutil.rmtree(other)
    desk.later(hours=1)


def sealed(desk: DatedDesk) -> None:
    """The estate chooses to seal names and phones."""
    settings = desk.root / "propcli.yaml"
    settings.write_text(settings.read_text("utf-8") + "sealed: [name, phones]\n", "utf-8")
    desk.git("commit", "--quiet", "-am", "Seal names and phones")
    desk.later(minutes=5)
    desk.work("resident seal\nresident change 00001 --phone 13800138011")
