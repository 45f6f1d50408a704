"""Sphinx's settings. ``build.py`` lays this beside a copy of ``notebooks/guides`` and builds from there.

Chinese is the first language of the pages; the reference is made of the docstrings and is in English. The pages
ask no other server for anything: the theme has no fonts of its own, and nothing here adds any.
"""

import os
import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

os.environ["PBWIDGETS_LANG"] = "zh_CN"  # the commands' own help

project = "pbwidgets"
author = "pbwidgets"
version = release = installed("pbwidgets")
language = "zh_CN"
locale_dirs = ["locale"]
project_copyright = ""
html_show_copyright = False
html_show_sphinx = False
html_show_sourcelink = False
html_copy_source = False
smartquotes = False

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_nb",
    "chinese",
]
root_doc = "index"
# A guide shows what it does; the tests run it. Running it here would need the demonstration's county each time.
nb_execution_mode = "off"
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
suppress_warnings = ["myst.strikethrough"]

autosummary_generate = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 88
add_module_names = False
numpydoc_show_class_members = False
numpydoc_validation_checks: set[str] = set()

html_theme = "furo"
html_title = "pbwidgets · 基层党建活动工具箱"
html_static_path = ["static"]
html_css_files = ["pages.css"]
html_favicon = "static/icon.svg"
html_domain_indices = False
html_show_search_summary = False  # fetched from the found pages, which a browser refuses for pages on a disk
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#a61b1b", "color-brand-content": "#a61b1b"},
    "dark_css_variables": {"color-brand-primary": "#ff8f80", "color-brand-content": "#ff8f80"},
}
