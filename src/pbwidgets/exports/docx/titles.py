"""Long titles in lines that end where the sense does, as GB/T 9704 asks: a trapezoid or a diamond, no word in two."""

import re
from collections.abc import Iterator
from itertools import accumulate, pairwise
from math import ceil
from typing import Final

from pbwidgets.exports.columns import char_width

MOST: Final = 20
"""Characters of 22 points that a line of the type area holds."""

_NEVER: Final = 1000.0
_INSIDE: Final = 40.0
_ANYWHERE: Final = 12.0
_STANDS_FIRST: Final = "“‘（《〈「【〔("
_STANDS_LAST: Final = "”’）》〉」】〕)、，。；：！？·的了"
_TOGETHER: Final = re.compile(
    r"“[^”]*”(?:活动|工作|行动|工程)?|（[^）]*）|《[^》]*》|〔[^〕]*〕|[0-9A-Za-z.%-]+[年月日个名项号度季]*"
)
_WORD_LIST: Final = """
关于 活动 情况 结果 评定 通报 通知 公示 报告 方案 意见 名单 表彰 先进 优秀 党组织
党员 干部 党员干部 示范村 示范 乡镇 党建 党建工作 工作 创业 先锋 创业先锋 基层 组织
开展 评选 申报 年度 季度 党委 党支部 党总支 支部 特色 考核 领导班子 建设 实施 决定
命名 推荐 单位 个人 县委 市委 区委 镇党委 委员会 组织部 督促 检查 督查 整改 进展 推进
落实 学习 教育 民主 生活会 专题 审议 评审 评议 人选 候选 对象 分析 总结 简报 自查
标兵 岗位 服务 窗口 群众 企业 社区 建立 加强 深入 全面 进一步 做好 有关 部分 目标
责任 管理 自然 行政 街道 村民 会议 事项 申请 记录 实地 考评 评分
"""
"""Words that titles are made of; the longest that fits is one word."""

_WORDS: Final = re.compile("|".join(sorted(_WORD_LIST.split(), key=len, reverse=True)))


def break_title(title: str, *, most: int = MOST) -> tuple[str, ...]:
    """A title in as few lines as it needs, each ending where the sense does.

    Parameters
    ----------
    title
        The title; line breaks in it stand.
    most
        Full-width characters of a line.

    Examples
    --------
    >>> break_title("关于命名全县党建工作示范村和党员干部创业先锋的通报")
    ('关于命名全县党建工作示范村', '和党员干部创业先锋的通报')
    """
    if title.isascii():  # the word processor knows where words of letters end
        return (title,)
    if "\n" in title:
        return tuple(line for part in title.split("\n") for line in break_title(part, most=most))
    whole = _width(title)
    if whole <= most:
        return (title,)
    costs = list(_costs(title))
    fewest = ceil(whole / most)
    found = (lines for count in (fewest, fewest + 1) for lines in _divisions(title, count, costs, most))
    best = min(found, key=lambda lines: _ugliness(lines, costs), default=None)
    return best or _cheapest(title, costs, most)


def _width(text: str) -> float:
    return char_width(text) / 2


def _costs(title: str) -> Iterator[float]:
    """What a break before each character costs."""
    words = {at for found in _WORDS.finditer(title) for at in (found.start(), found.end())}
    inner = _inner(_WORDS, title) | _inner(_TOGETHER, title)
    yield _NEVER
    for at, (before, after) in enumerate(pairwise(title), start=1):
        if after in _STANDS_LAST or before in _STANDS_FIRST:
            yield _NEVER
        elif at in inner:
            yield _INSIDE
        elif before in "的、，；：":
            yield 0.0
        elif after in "和与及暨并" or before in "”》）" or after in "“《（":
            yield 1.0
        else:
            yield 3.0 if at in words else _ANYWHERE


def _inner(pattern: re.Pattern[str], title: str) -> set[int]:
    return {at for found in pattern.finditer(title) for at in range(found.start() + 1, found.end())}


def _divisions(title: str, count: int, costs: list[float], most: int) -> Iterator[tuple[str, ...]]:
    """The title in so many lines that fit, at every choice of its cheapest places."""
    places = sorted(sorted(range(2, len(title) - 1), key=lambda at: (costs[at], at))[:24])
    before = [0.0, *accumulate(map(_width, title))]

    def divide(begin: int, left: int) -> Iterator[tuple[int, ...]]:
        """Ends of the lines after a place, none of them too long: a line is given up as soon as the rest cannot fit."""
        if before[-1] - before[begin] > left * most:
            return
        if left == 1:
            yield (len(title),)
            return
        for end in places:
            if end > begin and before[end] - before[begin] <= most:
                yield from ((end, *others) for others in divide(end, left - 1))

    for ends in divide(0, count):
        yield tuple(title[begin:end] for begin, end in pairwise((0, *ends)))


def _cheapest(title: str, costs: list[float], most: int) -> tuple[str, ...]:
    """The title in lines that fit and whose ends cost least, whatever their shape: for one of very many lines."""
    before = [0.0, *accumulate(map(_width, title))]
    ways: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    for end in range(1, len(title) + 1):
        begins = (begin for begin in range(end) if before[end] - before[begin] <= most)
        ways.append(min((ways[begin][0] + 5 + costs[begin], (*ways[begin][1], begin)) for begin in begins))
    return tuple(title[begin:end] for begin, end in pairwise((*ways[-1][1], len(title))))


def _ugliness(lines: tuple[str, ...], costs: list[float]) -> float:
    ends, at = [], 0
    for line in lines[:-1]:
        at += len(line)
        ends.append(at)
    widths = [_width(line) for line in lines]
    spread = max(widths) - min(widths)
    cost = sum(costs[end] for end in ends) + 5 * len(lines) + 0.3 * spread
    cost += 4 if spread < 1 else 0  # a rectangle
    cost += 10 if min(widths) < max(widths) / 3 else 0
    hourglass = any(
        middle < before and middle < after
        for before, middle, after in zip(widths, widths[1:], widths[2:], strict=False)
    )
    return cost + (25 if hourglass else 0)
