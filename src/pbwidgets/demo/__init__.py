"""Demonstrations: synthetic units and records for campaigns, one or several in a store."""

from pbwidgets.demo.accounts import DemoAccount, add_demo_accounts, tell_accounts
from pbwidgets.demo.definition import Demo
from pbwidgets.demo.filling import fill_store
from pbwidgets.demo.plan import Plan, build_plan
from pbwidgets.demo.reading import check_demo, demo_file, list_demos, read_demo

__all__ = [
    "Demo",
    "DemoAccount",
    "Plan",
    "add_demo_accounts",
    "build_plan",
    "check_demo",
    "demo_file",
    "fill_store",
    "list_demos",
    "read_demo",
    "tell_accounts",
]
