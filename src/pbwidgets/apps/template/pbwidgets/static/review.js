/* Review: the keyboard stays where one works, standards that are pressed give their mark, few keys.

   Places have names, pb-at-title and its like. The kernel leads to one with `.pb-focus [data-focus]`, a button on the
   page with `data-go`; pb-go-key-r leads to the field of a widget. Keys for buttons (pb-key-…) are in keys.js. */
(() => {
  "use strict";
  const FIELD = "input, textarea, select, [contenteditable]";
  const STOPS = "[tabindex='-1']:is(h1, h2, h3), input:enabled, textarea:enabled, select:enabled, button:enabled";
  const PATIENCE_MS = 4000;
  let turn = 0;

  const shown = (node) => node.offsetParent !== null;
  const firstIn = (place, kind = STOPS) => place && (place.matches(kind) ? place : [...place.querySelectorAll(kind)].find(shown));
  const points = () => [...document.querySelectorAll(".pb-case .pb-rating .pb-number input:enabled")].filter(shown);
  const openMark = () => points().find((field) => field.value.trim() === "") || points()[0];

  function find(name) {
    if (name === "open_mark") { return openMark(); }
    if (name === "wrong_mark") { return points().find((field) => field.closest(".pb-rating").querySelector(".pb-problem")); }
    return firstIn(document.querySelector(`.pb-at-${name}`)) || document.querySelector(`.pb-at-${name}`);
  }

  function reach(stop, isStart) {
    if (!stop.matches(STOPS)) { stop.tabIndex = -1; }
    stop.focus({ preventScroll: true });
    const whole = stop.closest(".pb-rating, .pb-card") || stop;
    if (isStart) { stop.closest(".pb-case").scrollIntoView({ block: "start" }); }
    else { (whole.offsetHeight < innerHeight / 2 ? whole : stop).scrollIntoView({ block: "nearest" }); }
    if (stop.matches("input")) { stop.select(); }
  }

  /* -- where the kernel leads to: once the page shows it, unless one has gone on by then -- */

  function lead(asked) {
    const { focus: name, turn: mine } = asked.dataset;
    turn = Number(mine);
    const since = performance.now();
    const before = document.activeElement;
    const look = () => {
      if (turn !== Number(mine) || performance.now() - since > PATIENCE_MS) { return; }
      const now = document.activeElement;
      if (now !== before && now !== document.body && before.isConnected) { return; }
      const stop = find(name);
      if (stop && shown(stop) && stop.isConnected) { reach(stop, name === "title"); }
      else { setTimeout(look, 40); }
    };
    setTimeout(look, 60);  /* what is to be replaced goes first */
  }

  new MutationObserver(() => {
    const asked = document.querySelector(".pb-focus [data-focus]");
    if (asked && Number(asked.dataset.turn) > turn) { lead(asked); }
  }).observe(document.body, { childList: true, subtree: true });

  /* -- a press: of a standard, or of a jump -- */

  function give(button) {
    const field = button.closest(".pb-rating").querySelector(".pb-number input:enabled");
    if (!field) { return; }
    field.value = button.dataset.points;
    for (const kind of ["input", "change"]) { field.dispatchEvent(new Event(kind, { bubbles: true })); }
    field.focus({ preventScroll: true });
    field.select();  /* what is typed now takes its place */
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest(".pb-anchor, [data-go]");
    if (!button) { return; }
    if (button.matches(".pb-anchor")) { give(button); return; }
    const place = document.querySelector(`.pb-at-${button.dataset.go}`);
    if (!place) { return; }
    place.scrollIntoView({ block: "start" });
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
  });

  /* -- keys -- */

  const clickIn = (card, name) => {
    const button = card && [...card.querySelectorAll(`button.pb-key-${name}:enabled`)].find(shown);
    if (button) { button.click(); }
    return Boolean(button);
  };

  function nextLine(field) {
    const all = points();
    const next = all[all.indexOf(field) + 1];
    if (next) { reach(next); }
    return Boolean(next);
  }

  function typed(event, field) {
    if (event.key === "Escape") {
      const title = find("title");
      if (title) { title.focus({ preventScroll: true }); }
      return Boolean(title);
    }
    if (event.key !== "Enter") { return false; }
    if (event.ctrlKey || event.metaKey) { return clickIn(field.closest(".pb-card"), "ctrl-enter"); }
    return field.matches(".pb-case .pb-rating .pb-number input") && nextLine(field);
  }

  function pressed(event) {
    if (event.ctrlKey || event.metaKey) { return false; }
    if (event.key === "?") {
      const keys = document.querySelector(".pb-keys");
      if (keys) { keys.open = !keys.open; }
      return Boolean(keys);
    }
    const name = event.key.toLowerCase();
    const place = /^[a-z]$/.test(name) && [...document.querySelectorAll(`.pb-go-key-${name}`)].find(shown);
    const stop = place && (name === "m" ? openMark() : firstIn(place, FIELD));
    if (stop) { reach(stop); }
    return Boolean(stop);
  }

  window.addEventListener("keydown", (event) => {
    if (!document.querySelector(".pb-case") || event.isComposing || event.altKey) { return; }
    const isLetter = event.key.length === 1 && !event.ctrlKey && !event.metaKey;
    const field = event.target.closest && event.target.closest(FIELD);
    /* a key that is held down is pressed once: each press accepts, or shows the next */
    const done = field ? typed(event, field) : (event.repeat && isLetter) || pressed(event);
    if (done) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);
})();
