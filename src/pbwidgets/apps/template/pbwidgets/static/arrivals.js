/* What a page does with what has just arrived on it: a confirmation is led to, a number gets a phone's digits.
   What is led to has the attribute data-led-to, and is led to once, when it comes. It says where it is scrolled to:
   nothing to the start, "center", "still" not at all; "top …" stands in the status line, which sticks to the top. */
(() => {
  "use strict";
  const KEYS = { "pb-keys-numeric": "numeric", "pb-keys-decimal": "decimal" };
  const known = new WeakSet();

  function look() {
    for (const asking of document.querySelectorAll("[data-led-to]")) {
      if (known.has(asking)) { continue; }
      known.add(asking);
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
