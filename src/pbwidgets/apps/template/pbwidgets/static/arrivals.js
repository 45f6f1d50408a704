/* What a page does with what has just arrived on it: a confirmation is led to, a number gets a phone's digits.
   What is led to has the attribute data-led-to, and is led to once, when it comes. It says where it is scrolled to:
   nothing to the start, "center", "still" not at all; "top …" stands in the status line, which sticks to the top,
   "field" leads to the field at that place, as a link to a place on the page does. */
(() => {
  "use strict";
  const KEYS = { "pb-keys-numeric": "numeric", "pb-keys-decimal": "decimal" };
  const FIELDS = "input:not([type=file]), textarea, select, button";
  const known = new WeakSet();

  const firstIn = (root) => [...root.querySelectorAll(FIELDS)].find((field) => !field.disabled && field.offsetParent);

  /* the note of a field stands below it, a heading above its fields */
  function fieldAt(place) {
    const own = place.closest(".widget-html");
    for (let at = own && own.previousElementSibling; at; at = at.previousElementSibling) {
      const found = firstIn(at);
      if (found) { return found; }
    }
    return own && own.parentElement ? firstIn(own.parentElement) : null;
  }

  function leadTo(place) {
    const field = firstIn(place) || fieldAt(place);  /* a cell or a row of a table holds its own */
    if (field) { field.focus({ preventScroll: true }); }
    (field || place).scrollIntoView({ block: "center" });
  }
  window.pb = window.pb || {};
  window.pb.leadTo = leadTo;

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".pb-main a[href^='#']");
    const place = link && document.getElementById(link.hash.slice(1));
    if (place) { event.preventDefault(); leadTo(place); }
  });

  function look() {
    for (const asking of document.querySelectorAll("[data-led-to]")) {
      if (known.has(asking)) { continue; }
      known.add(asking);
      if (asking.dataset.ledTo === "field") { leadTo(asking); continue; }
      asking.focus({ preventScroll: true });
      const to = asking.dataset.ledTo;
      if (to.startsWith("top")) { window.scrollTo({ top: 0 }); }
      if (to !== "still") { asking.scrollIntoView({ block: { "": "start", center: "center" }[to] || "nearest" }); }
    }
    for (const [name, keys] of Object.entries(KEYS)) {
      for (const field of document.querySelectorAll(`.${name} input:not([inputmode])`)) { field.inputMode = keys; }
    }
  }

  /* ipywidgets sets classes after it has put a widget in its place */
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributeFilter: ["class"] });
  look();
})();
