"""Rows of a sheet that are no data: notes, totals, signatures, section titles, the numbering of the columns."""

import re
from collections.abc import Sequence
from typing import Final

from pbwidgets.intake.text import to_date

_TOTAL: Final = re.compile(
    r"(全?[省市县区乡镇村]{0,2})(合计|总计|小计|共计|平均|平均值|平均数)|total|subtotal", re.IGNORECASE
)
_BEFORE_TOTAL: Final = 3  # a number, the place above and the like may stand before the word
_NOTE: Final = re.compile(
    r"[（(【\[※*]*(注|备注|说明|附注|填表|填报|制表|审核|数据|资料来源|来源|截至|公章|盖章|签字|note)",
    re.IGNORECASE,
)
_SECTION: Final = re.compile(r"([一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）])")
_SIGNED: Final = re.compile(
    r"(填表|填报|制表|审核|复核|负责|联系|经办|日期|时间|电话|主要负责|分管|签字|盖章)[^:：]{0,8}[:：]"
)
_ORDINALS: Final = "甲乙丙丁戊己庚辛壬癸"


def is_total(texts: Sequence[str]) -> bool:
    """Whether one of the first cells of a row says that it sums up others.

    >>> is_total(["3", "小 计", "4"]), is_total(["合计村", "4"])
    (True, False)
    """
    return any(_TOTAL.fullmatch("".join(text.split())) for text in texts[:_BEFORE_TOTAL])


def is_remark(texts: Sequence[str], *, is_wide: bool = False) -> bool:
    """Whether a row is a note, a title of a section, or a line of signatures.

    Parameters
    ----------
    texts
        Texts of its filled cells.
    is_wide
        Whether the first of them is merged over several columns.

    Examples
    --------
    >>> is_remark(["注：数据截至2026年1月"]), is_remark(["填表人：", "审核人："]), is_remark(["2026年1月1日"])
    (True, True, True)
    >>> is_remark(["青禾村"]), is_remark(["20260101"]), is_remark(["注水村", "12"])
    (False, False, False)
    """
    if _SIGNED.match(texts[0]):
        return True
    if len(texts) > 1:
        return False
    is_day = to_date(texts[0]) is not None and not texts[0].isdecimal()  # digits alone may be a code
    return is_wide or is_day or any(found.match(texts[0]) for found in (_NOTE, _SECTION))


def is_numbering(texts: Sequence[str]) -> bool:
    """Whether a row numbers the columns, as printed forms do: 1 2 3, or 甲 乙 1 2.

    >>> is_numbering(["1", "2", "3"]), is_numbering(["甲", "乙", "1", "2"]), is_numbering(["1", "东村", "3"])
    (True, True, False)
    """
    named = 0
    while named < min(len(texts), len(_ORDINALS)) and texts[named] == _ORDINALS[named]:
        named += 1
    rest = texts[named:]
    return len(texts) > 1 and list(rest) == [str(number) for number in range(1, len(rest) + 1)]
