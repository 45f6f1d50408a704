"""The page of all commands, made from their own help."""

import re
from collections.abc import Iterator
from pathlib import Path

import click

from pbwidgets.cli import main

_HEAD = """# 命令 · Commands

全部命令及选项，由程序自身的说明生成；在终端里用 `pbwidgets 命令 --help` 可以看到同样的内容。
结果写到标准输出，提示和进度写到标准错误。退出码：0 完成；1 数据有问题或运行失败（会说明原因）；2 用法有误。

*All commands and their options, as `--help` says them in Chinese (`PBWIDGETS_LANG=en` for English). Results go to
stdout, messages to stderr. Exit codes: 0 done, 1 the data or a run failed (and why), 2 wrong usage.*
"""


def find_commands(
    group: click.Group = main, prefix: str = "pbwidgets"
) -> Iterator[tuple[str, click.Command]]:
    """Every command under the words it is called by, groups before what is in them."""
    for name, command in group.commands.items():
        words = f"{prefix} {name}"
        yield words, command
        if isinstance(command, click.Group):
            yield from find_commands(command, words)


def write_page(path: Path) -> None:
    """Write the page of the commands."""
    path.write_text("\n".join(_page()) + "\n", encoding="utf-8")


def _page() -> Iterator[str]:
    yield _HEAD
    yield f"## pbwidgets\n\n{main.help}\n"
    yield from _usage(main, "pbwidgets")
    for words, command in find_commands():
        yield f"{'#' * min(len(words.split()), 3)} {words}\n\n{command.help}\n"
        if not isinstance(command, click.Group):
            yield from _usage(command, words)


def _usage(command: click.Command, words: str) -> Iterator[str]:
    with click.Context(command, info_name=words, color=False) as context:
        pieces = [piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]"]
        options = [item for item in command.get_params(context) if isinstance(item, click.Option)]
        records = [item.get_help_record(context) for item in options if "--help" not in item.opts]
    rows = [record for record in records if record]
    yield f"```text\n{' '.join([words, *(['[选项]'] if rows else []), *pieces])}\n```\n"
    if rows:
        yield "| 选项 | 说明 |\n| --- | --- |"
        yield from (f"| `{names}` | {_plain(said)} |" for names, said in rows)
        yield ""


def _plain(said: str) -> str:
    """Click's own English words in Chinese, without characters that are special in a table."""
    said = re.sub(r"\s*\[default: ([^\]]*)\]", r"（默认 `\1`）", said.replace("[required]", "（必填）"))
    said = said.replace("Show the version and exit.", "显示版本。")
    return re.sub(r"\[([^\]]*)\]$", r"（\1）", said.strip()).replace("|", r"\|")
