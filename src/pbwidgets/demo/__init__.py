"""A demonstration: synthetic units and records for a campaign."""

from pbwidgets.demo.definition import Demo
from pbwidgets.demo.filling import fill_store
from pbwidgets.demo.plan import Plan, build_plan
from pbwidgets.demo.reading import check_demo, read_demo

__all__ = ["Demo", "Plan", "build_plan", "check_demo", "fill_store", "read_demo"]
