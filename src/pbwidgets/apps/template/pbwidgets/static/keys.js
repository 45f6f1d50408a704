/* Keys, and what is being typed when something else is done.

   Letters for buttons, pb-key-j and its like, only while nothing is being typed; Ctrl+Enter, pb-key-ctrl-enter, also
   then. What an input method composes is told to the widgets once it is complete, not letter by letter. */
(() => {
  "use strict";
  const pb = window.pb = window.pb || {};
  const FIELD = "input, textarea, select, [contenteditable]";
  const isText = (node) => node.matches("textarea, input:not([type]), input[type=text], input[type=search]");

  /* what is being typed counts, also where the press of a button does not take the focus */
  function commit() {
    const field = document.activeElement;
    if (!field || !field.closest(".pb-main")) { return; }
    if (field.isContentEditable) { field.blur(); }
    else if (isText(field)) { field.dispatchEvent(new Event("change", { bubbles: true })); }
  }

  window.addEventListener("click", (event) => {
    if (event.target !== document.activeElement) { commit(); }
    const button = event.target.closest && event.target.closest(".pb-main button");
    if (!button) { return; }
    if (button.getAttribute("aria-busy") === "true") {  /* its last press is still being worked on */
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    pb.order.pressed = button;
    setTimeout(() => { pb.order.pressed = null; }, 0);
  }, true);

  window.addEventListener("keydown", (event) => {
    const typing = event.target.closest && event.target.closest(FIELD);
    const enter = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (event.isComposing || event.altKey || (!enter && (typing || event.ctrlKey || event.metaKey))) { return; }
    const name = enter ? "ctrl-enter" : event.key.toLowerCase();
    if (!/^(ctrl-enter|[a-z])$/.test(name)) { return; }
    const wanted = [...document.querySelectorAll(`button.pb-key-${name}:enabled, .pb-key-${name} button:enabled`)]
      .find((button) => button.offsetParent);
    if (!wanted) { return; }
    event.preventDefault();
    wanted.click();
  }, true);  /* before ipywidgets' fields, which keep keys to themselves */

  window.addEventListener("input", (event) => { if (event.isComposing) { event.stopImmediatePropagation(); } }, true);
  window.addEventListener("compositionend", (event) => {
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  }, true);
})();
