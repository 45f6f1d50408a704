"""Vetoes, recorded with kind and basis, appealed, upheld or lifted, each by the top level or the organiser."""

from pbwidgets import store
from pbwidgets.campaign import Campaign, Track
from pbwidgets.campaign.model import Gate
from pbwidgets.errors import DataError, RightsError
from pbwidgets.scoring.frames import IN_FORCE
from pbwidgets.store import Reader, Veto, VetoOnRecord
from pbwidgets.units import unit_names
from pbwidgets.workflows.ground.desk import Desk
from pbwidgets.workflows.ground.lookup import check_unit
from pbwidgets.workflows.ground.workspace import Opened


def gates_of(campaign: Campaign, unit_kind: str) -> tuple[tuple[Track, Gate], ...]:
    """Gates that a veto can close for a kind of unit, each with its track."""
    return tuple(
        (track, gate) for track in campaign.tracks if unit_kind in track.unit_kind for gate in track.gates
    )


def record_veto(desk: Desk, unit_code: str, kind: str, basis: str, document_number: str | None = None) -> int:
    """Number of the veto put on record.

    Parameters
    ----------
    kind
    Id of a gate of a track that assesses such units; the gate defines how far the veto reaches.
    basis
    What the veto is based on.
    document_number
        Number of the document, if there is one.

    Raises
    ------
    DataError
        ``review.unknown_veto_kind``, ``review.veto_on_record`` for the same one again, ``store.reason_needed``.
    UsageError
        ``workflows.unknown_unit``.
    RightsError
        If the actor may not record vetoes here.
    """
    units = desk.units
    desk.authorise("veto", unit_code)
    check_unit(units, unit_code)
    kinds = units.loc[units["unit_code"] == unit_code, "kind"]
    known = {gate.id: track.id for of in kinds for track, gate in gates_of(desk.opened.campaign, of)}
    if kind not in known:
        raise DataError("review.unknown_veto_kind", kind=kind, unit=unit_names(units)[unit_code])
    number = document_number.strip() if document_number else None
    veto = Veto(*desk.opened.key, unit_code, kind, basis, known[kind], number or None)
    with desk.write() as writer:
        if any(
            item.veto == veto and item.status in IN_FORCE
            for item in vetoes_of(writer, desk.opened, unit_code)
        ):
            raise DataError("review.veto_on_record", unit=unit_names(units)[unit_code])
        return store.record_veto(writer, veto)


def appeal_veto(desk: Desk, veto_id: int, reason: str) -> None:
    """Record an appeal; the veto stays in force until it is lifted.

    Raises
    ------
    DataError
        ``store.veto_status``, ``store.reason_needed``, ``store.unknown_veto``.
    RightsError
        If the actor may not.
    """
    _authorise_veto(desk, veto_id)
    with desk.write() as writer:
        store.appeal_veto(writer, veto_id, reason)


def uphold_veto(desk: Desk, veto_id: int, reason: str) -> None:
    """Reject an appeal: the veto stays in force.

    Raises
    ------
    DataError, RightsError
        As :func:`appeal_veto`.
    """
    _authorise_veto(desk, veto_id)
    with desk.write() as writer:
        store.uphold_veto(writer, veto_id, reason)


def lift_veto(desk: Desk, veto_id: int, reason: str) -> None:
    """Lift a veto; it stays on record as lifted.

    Raises
    ------
    DataError, RightsError
        As :func:`appeal_veto`.
    """
    _authorise_veto(desk, veto_id)
    with desk.write() as writer:
        store.lift_veto(writer, veto_id, reason)


def vetoes_of(reader: Reader, opened: Opened, unit_code: str) -> tuple[VetoOnRecord, ...]:
    """Vetoes of one unit, in the order in which they were recorded."""
    records = store.load_veto_records(reader, *opened.key)
    return tuple(item for item in records if item.veto.unit_code == unit_code)


def _authorise_veto(desk: Desk, veto_id: int) -> None:
    with desk.workspace.store.read() as reader:
        records = store.load_veto_records(reader, *desk.opened.key)
    found = next((item for item in records if item.id == veto_id), None)
    if found is None and desk.actor.role in ("reviewer", "organiser", "operator"):
        raise DataError("store.unknown_veto", veto=veto_id)
    if found is None:
        raise RightsError("workflows.not_allowed", role=desk.actor.role, action="veto")
    desk.authorise("veto", found.veto.unit_code)
