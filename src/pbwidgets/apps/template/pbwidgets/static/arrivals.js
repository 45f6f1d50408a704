/* What a page does with what has just arrived on it: a confirmation is led to, a number gets a phone's digits. */
(() => {
  "use strict";
  const KEYS = { "pb-keys-numeric": "numeric", "pb-keys-decimal": "decimal" };
  let last = null;

  function look() {
    const asking = document.querySelector("[data-led-to]");
    if (asking && asking !== last) {
      asking.focus({ preventScroll: true });
      window.scrollTo({ top: 0 });  /* it stands in the status line, which sticks to the top of the page */
      asking.scrollIntoView({ block: "nearest" });
    }
    last = asking;
    for (const [name, keys] of Object.entries(KEYS)) {
      for (const field of document.querySelectorAll(`.${name} input:not([inputmode])`)) { field.inputMode = keys; }
    }
  }

  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  look();
})();
