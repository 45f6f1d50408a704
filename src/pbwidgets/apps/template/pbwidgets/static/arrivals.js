/* What a page does with what has just arrived on it: a confirmation is led to, a number gets a phone's digits.
   What is led to has the attribute data-led-to; "top …" stands in the status line, which sticks to the top. */
(() => {
  "use strict";
  const KEYS = { "pb-keys-numeric": "numeric", "pb-keys-decimal": "decimal" };
  const known = new WeakSet();

  function look() {
    for (const asking of document.querySelectorAll("[data-led-to]")) {
      if (known.has(asking)) { continue; }
      known.add(asking);
      asking.focus({ preventScroll: true });
      if (asking.dataset.ledTo.startsWith("top")) { window.scrollTo({ top: 0 }); }
      asking.scrollIntoView({ block: asking.dataset.ledTo ? "nearest" : "start" });
    }
    for (const [name, keys] of Object.entries(KEYS)) {
      for (const field of document.querySelectorAll(`.${name} input:not([inputmode])`)) { field.inputMode = keys; }
    }
  }

  /* ipywidgets sets classes after it has put a widget in its place */
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributeFilter: ["class"] });
  look();
})();
