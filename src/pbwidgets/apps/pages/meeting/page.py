"""The meeting: the ranking with its cut line, what-ifs that are not stored, and the decision."""

from collections.abc import Callable, Mapping, Sequence

import ipywidgets as w

from pbwidgets.apps.pages.meeting.classes import ClassCard
from pbwidgets.apps.pages.meeting.decision import DecisionCard
from pbwidgets.apps.pages.meeting.list import describe_changes, describe_list, list_markup
from pbwidgets.apps.pages.meeting.lists import list_cards
from pbwidgets.apps.pages.meeting.notice import NoticeCard
from pbwidgets.apps.pages.meeting.trial import OpenQuestions
from pbwidgets.apps.visit import Visit
from pbwidgets.campaign import Track
from pbwidgets.errors import RightsError
from pbwidgets.forms import elements
from pbwidgets.forms.weights import WeightFields
from pbwidgets.scoring.robustness import FIRM, UNDECIDED, USUAL_TRIALS
from pbwidgets.wording import share_text
from pbwidgets.workflows.meeting.decisions import authorise_decision
from pbwidgets.workflows.meeting.what_if import (
    SHARED_LIST,
    Trial,
    Tried,
    WhatIf,
    find_firmness,
    meeting_tracks,
    open_trial,
    try_selection,
    word_what_if,
)


def show_meeting(visit: Visit) -> w.Widget:
    """The page of a meeting: the ranking of one track at a time, then the lists that the visitor may read.

    A notice for those who may see neither, or if there is neither.
    """
    lists = list_cards(visit)
    try:
        tracks = meeting_tracks(visit.desk)
    except RightsError as error:
        if lists:
            return _only_lists(visit, lists)
        return elements.notice("info" if error.code == SHARED_LIST else "error", visit.refusal(error))
    if not tracks:
        return _only_lists(visit, lists) if lists else elements.notice("info", visit.words("meeting.no_list"))
    page = MeetingPage(visit, open_trial(visit.desk)).widget
    page.children = (*page.children, *lists)
    return page


def _only_lists(visit: Visit, lists: Sequence[w.Widget]) -> w.Box:
    made = elements.stack(visit.messages, *lists)
    made.add_class("pb-meeting")
    return made


class MeetingPage:
    """One track on the screen and what is tried on it.

    Attributes
    ----------
    widget
        The page.
    tried
        The list by the rules, or under the what-if.
    """

    def __init__(self, visit: Visit, trial: Trial) -> None:
        self._visit, self._trial = visit, trial
        tracks = meeting_tracks(visit.desk)
        asked = visit.place.get("track")
        self.track: Track = next((track for track in tracks if track.id == asked), tracks[0])
        self.may_decide = _may_decide(visit, self.track.id)
        self.base = try_selection(trial, WhatIf(self.track.id))
        self.tried: Tried = self.base
        self.what_if = WhatIf(self.track.id)
        self._by_rules = False
        self._firm: Mapping[str, str] = {}
        self._make_widgets(tracks)
        self._show()

    # -- what is on the screen -------------------------------------------------------------------------

    def _make_widgets(self, tracks: Sequence[Track]) -> None:
        visit = self._visit
        self.banner = elements.markup("", "pb-meeting-banner")
        self.list = elements.markup("", "pb-ranking-box")
        self.changes = elements.markup("")
        self.chart = elements.stack()
        self.download = elements.markup("", "pb-meeting-download")
        self.weights = WeightFields(
            self._trial.campaign, self.track, visit.lang, self._attempt(self.recompute)
        )
        self.questions = OpenQuestions(visit, self._trial, self.track, self._attempt(self.recompute))
        self.decision = DecisionCard(visit, self)
        self.classes = ClassCard(visit, self.track, may_act=self.may_decide) if self.track.classes else None
        self.notice = NoticeCard(visit, self.track, may_act=self.may_decide)
        self.reset_button = elements.button(visit.words("meeting.reset"), self._attempt(self.reset))
        self.reload_button = elements.button(visit.words("meeting.reload"), self._attempt(self.reload))
        self.rules_button = elements.button(
            visit.words("meeting.show_ruled"), self._attempt(self.toggle_rules)
        )
        self.view_buttons = [self._view_button(name) for name in ("present", "present_side", "present_end")]
        self.chart_button = elements.button(
            visit.words("meeting.chart_show"), self._attempt(self.toggle_chart)
        )
        self.firm_button = elements.button(
            visit.words("meeting.firm_show"), self._attempt(self.show_firmness)
        )
        self.slides_button = elements.button(visit.words("meeting.slides"), self._attempt(self.make_slides))
        places = [
            (track.name.words(visit.lang), visit.link("meeting", track=track.id), track.id == self.track.id)
            for track in tracks
        ]
        no_weights = elements.paragraph(visit.words("meeting.weights_none"), quiet=True)
        side = elements.stack(
            elements.card(self.changes),
            elements.card(
                no_weights if self.weights.is_empty else self.weights, title=visit.words("meeting.weights")
            ),
            self.questions.widget,
        )
        side.add_class("pb-meeting-side")
        main = elements.stack(self.list)
        main.add_class("pb-meeting-main")
        body = elements.row(main, side)
        body.add_class("pb-meeting-body")
        of_a_list = [self.firm_button] if self.track.places is not None else []
        tools = elements.row(
            *self.view_buttons, self.rules_button, self.reset_button, self.reload_button,
            self.chart_button, *of_a_list, self.slides_button,
        )  # fmt: skip
        tools.add_class("pb-meeting-tools")
        self.widget = elements.stack(
            _tabs(visit.words("meeting.tracks"), places),
            self.banner,
            tools,
            visit.messages,
            self.download,
            self.chart,
            body,
            *self._cards(),
        )
        self.widget.add_class("pb-meeting")

    def _view_button(self, name: str) -> w.Button:
        """Button of the presenting view, which is the browser's alone (``presenting.js``)."""
        made = elements.button(self._visit.words(f"meeting.{name}"), lambda: None)
        made.add_class(f"pb-{name.replace('_', '-')}")
        return made

    def _cards(self) -> list[w.Widget]:
        """Cards for what can be decided; a track without places has no list to decide on or publish."""
        selects = self.track.places is not None
        cards = [self.decision.widget] if selects else []
        cards += [self.classes.widget] if self.classes else []
        return [*cards, self.notice.widget] if selects else cards

    def _show(self) -> None:
        visit = self._visit
        changes = self.changes_in_words()
        self.banner.value = describe_list(visit, self.track, self.listed, changes)
        self.list.value = self._list_markup()
        self.changes.value = describe_changes(visit, self._compared, self.listed)
        self.reset_button.disabled = not changes
        elements.hide_all([self.rules_button], not self.tried.is_decided or bool(changes))
        self.rules_button.description = visit.words(
            "meeting.show_decided" if self._by_rules else "meeting.show_ruled"
        )
        self.questions.show(self.listed)
        self.decision.close()
        if self.chart.children:
            self._draw_chart()

    def _list_markup(self) -> str:
        return list_markup(self._visit, self._trial, self._compared, self.listed, self._firm)

    @property
    def listed(self) -> Tried:
        """The list on the screen: what was decided, unless something is tried or the rules' list is asked for."""
        is_held = self.tried.is_decided and not self._by_rules and not self.changes_in_words()
        return self.tried.as_decided() if is_held else self.tried

    @property
    def _compared(self) -> Tried:
        """The list that the one on the screen is compared with: itself, unless something is tried."""
        return self.base if self.changes_in_words() else self.listed

    def changes_in_words(self) -> list[str]:
        """What is being tried, one sentence each; nothing for the list by the rules."""
        return word_what_if(self._trial.campaign, self.what_if, self.questions.names, self._visit.lang)

    @property
    def snapshot_id(self) -> str:
        """Id of the snapshot behind the list on the screen."""
        return self._trial.snapshot_id

    # -- what people do --------------------------------------------------------------------------------

    def recompute(self) -> None:
        """Compute the list from the current fields."""
        what_if = WhatIf(
            self.track.id,
            source_weights=self.weights.weights(),
            layer_weights=self.weights.layer_weights(),
            dropped=self.weights.dropped(),
            tie_order=self.questions.tie_order,
            lifted=self.questions.lifted(),
        )
        self.tried = try_selection(self._trial, what_if)
        self.what_if, self._firm = what_if, {}
        self.download.value = ""
        self._visit.messages.clear()
        self._show()

    def reset(self) -> None:
        """Return to the list by the rules."""
        self.weights.reset()
        self.questions.reset()
        self.recompute()
        self._visit.messages.say("info", self._visit.words("meeting.reset_done"))

    def reload(self) -> None:
        """Read the records again and keep the trial."""
        self._trial = open_trial(self._visit.desk)
        self.questions.take(self._trial)
        self.base = try_selection(self._trial, WhatIf(self.track.id))
        self.recompute()
        self.notice.show()
        if self.classes:
            self.classes.show()
        self._visit.messages.say("info", self._visit.words("meeting.reloaded"))

    def decided(self, count: int) -> None:
        """Show the list as recorded after a decision."""
        self._by_rules = False
        self.weights.reset()
        self.questions.reset()
        self.reload()
        self._visit.messages.say("good", self._visit.words("meeting.decide_done", count=count))

    def toggle_rules(self) -> None:
        """Show the list by the rules, or again the one that was decided."""
        self._by_rules = not self._by_rules
        self.download.value = ""
        self._show()

    def toggle_chart(self) -> None:
        """Show or hide the ranking as a chart."""
        if self.chart.children:
            self.chart.children = ()
        else:
            self._draw_chart()
        shown = "hide" if self.chart.children else "show"
        self.chart_button.description = self._visit.words(f"meeting.chart_{shown}")

    def show_firmness(self) -> None:
        """Show how stable the list on the screen is."""
        visit = self._visit
        visit.messages.say("info", visit.words("meeting.firm_wait", runs=USUAL_TRIALS.runs))
        self.firm_button.disabled = True
        try:
            firmness = find_firmness(self._trial, self.tried)
        finally:
            self.firm_button.disabled = False
        self._firm = {
            str(row["unit_code"]): self._share_in_words(row["share_selected_pct"], row["share_tied_pct"])
            for row in firmness.to_dict("records")
        }
        self.list.value = self._list_markup()
        counts = firmness["verdict"].value_counts()
        said = visit.words(
            "meeting.firm_done",
            trials=USUAL_TRIALS.words(visit.lang, self.tried.track.layout.track),
            firm=int(counts.get(FIRM, 0)),
            loose=int(counts.get(UNDECIDED, 0)),
        )
        visit.messages.say("info", said)

    def _share_in_words(self, selected_pct: float, tied_pct: float) -> str:
        share = share_text(selected_pct)
        if not tied_pct:
            return share
        return self._visit.words("meeting.firm_tied", share=share, tied=share_text(tied_pct))

    def make_slides(self) -> None:
        """Make the slides of the list on the screen and show a download link."""
        from pbwidgets.workflows.meeting.slides import MEETING, make_slides

        visit = self._visit
        visit.messages.say("info", visit.words("meeting.slides_wait"))
        path = make_slides(visit.desk, self._trial, self.listed, self.what_if)
        campaign, period = visit.opened.campaign.id, visit.opened.period_id
        address = f"/results/{campaign}/{period}/{MEETING}/{path.parent.name}/{path.name}"
        link = elements.links([(visit.words("meeting.slides_link", name=path.name), address)])
        self.download.value = link.value
        visit.messages.say("good", visit.words("meeting.slides_done"))

    def _draw_chart(self) -> None:
        from pbwidgets.workflows.meeting.slides import chart_of_meeting

        words = self._visit.words("meeting.chart_words", track=self.track.name.words(self._visit.lang))
        drawn = chart_of_meeting(self._trial, self.listed, self._visit.lang)
        self.chart.children = (elements.chart(drawn.to_dict(), words),)

    def _attempt(self, call: Callable[[], None]) -> Callable[[], None]:
        return self._visit.attempt(call)


def _may_decide(visit: Visit, track_id: str) -> bool:
    try:
        authorise_decision(visit.desk, track_id)
    except RightsError:
        return False
    return True


def _tabs(words: str, places: list[tuple[str, str, bool]]) -> w.HTML:
    from html import escape

    made = "".join(
        f'<a href="{escape(to, quote=True)}"{" aria-current=page" if here else ""}>{escape(name)}</a>'
        for name, to, here in places
    )
    return elements.markup(f'<nav class="pb-tabs" aria-label="{escape(words, quote=True)}">{made}</nav>')
