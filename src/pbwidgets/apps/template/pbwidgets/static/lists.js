/* Lists to work through and grids to type into: forms/record_list.py, forms/cell_grid.py.
   What the person wants is written as JSON into one hidden field of ipywidgets, whole each time; the server reads it,
   trusts nothing in it, and draws the table anew, after which the focus is where it was. */
(() => {
  "use strict";

  function write(field, value) {
    field.value = JSON.stringify(value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function read(field) {
    try { return JSON.parse(field.value || "{}"); } catch (error) { return {}; }
  }

  /* -- lists ----------------------------------------------------------------------------------------- */

  const fieldOf = (list) => list.querySelector(".pb-list-asked input");
  const keyOf = (node) => node.closest("[data-key]").dataset.key;
  let lastTicked = null;

  function ask(list, change) {
    const field = fieldOf(list);
    write(field, { ...read(field), ...change });
  }

  function tick(list, keys, wanted) {
    const before = read(fieldOf(list)).ticked || [];
    const kept = wanted ? before : before.filter((key) => !keys.includes(key));
    ask(list, { ticked: wanted ? [...kept, ...keys.filter((key) => !kept.includes(key))] : kept });
  }

  const boxes = (list) => [...list.querySelectorAll("input[data-tick]:enabled")];

  function tickPage(list, wanted) {
    const changed = boxes(list).filter((box) => box.checked !== wanted);
    changed.forEach((box) => { box.checked = wanted; });
    tick(list, changed.map(keyOf), wanted);
  }

  function tickOne(list, box, withShift) {
    const all = boxes(list);
    const [from, to] = [all.indexOf(lastTicked), all.indexOf(box)];
    const range = withShift && from >= 0 ? all.slice(Math.min(from, to), Math.max(from, to) + 1) : [box];
    range.forEach((one) => { one.checked = box.checked; });
    lastTicked = box;
    tick(list, range.map(keyOf), box.checked);
  }

  function move(list, key, by) {
    const order = [...(read(fieldOf(list)).ticked || [])];
    const at = order.indexOf(key);
    if (at < 0 || at + by < 0 || at + by >= order.length) { return; }
    [order[at], order[at + by]] = [order[at + by], order[at]];
    ask(list, { ticked: order });
  }

  const CLICKS = {
    sort: (list, button) => {
      const asked = read(fieldOf(list));
      const again = asked.sort === button.dataset.sort;
      ask(list, { sort: button.dataset.sort, down: again && !asked.down, page: 1 });
    },
    page: (list, button) => ask(list, { page: Number(button.dataset.page) }),
    tickAll: (list) => { boxes(list).forEach((box) => { box.checked = true; }); ask(list, { all: true }); },
    tickNone: (list) => { boxes(list).forEach((box) => { box.checked = false; }); ask(list, { ticked: [] }); },
    move: (list, button) => move(list, keyOf(button), Number(button.dataset.move)),
    untick: (list, button) => tick(list, [keyOf(button)], false),
    open: (list, link) => ask(list, { open: keyOf(link) }),
  };

  document.addEventListener("click", (event) => {
    const list = event.target.closest && event.target.closest(".pb-list");
    const node = list && event.target.closest("button, a, input[type=checkbox]");
    if (!node) { return; }
    if ("tick" in node.dataset) { tickOne(list, node, event.shiftKey); return; }
    if ("tickPage" in node.dataset) { tickPage(list, node.checked); return; }
    const name = Object.keys(CLICKS).find((kind) => kind in node.dataset);
    if (!name || (name === "open" && (event.ctrlKey || event.metaKey || event.shiftKey))) { return; }
    event.preventDefault();
    CLICKS[name](list, node);
  });

  document.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by || !event.target.matches || !event.target.matches(".pb-list input[data-tick]")) { return; }
    const all = boxes(event.target.closest(".pb-list"));
    const next = all[all.indexOf(event.target) + by];
    if (next) { event.preventDefault(); next.focus(); }
  });

  /* -- the focus after a table was drawn anew ---------------------------------------------------------- */

  let at = null;  /* what had the focus last, within which list or grid */
  document.addEventListener("focusin", (event) => {
    const frame = event.target.closest(".pb-list, .pb-grid");
    at = frame && event.target.dataset.at ? { frame, name: event.target.dataset.at } : null;
  });
  document.addEventListener("focusout", (event) => {
    setTimeout(() => {  /* left on purpose, not because it was drawn anew */
      if (event.target.isConnected && document.activeElement === document.body) { at = null; }
    }, 0);
  });
  const find = (frame, name) => [...frame.querySelectorAll("[data-at]")].find((node) => node.dataset.at === name);

  let wish = null;
  new MutationObserver(() => {
    for (const asked of document.querySelectorAll(".pb-list [data-focus]")) {
      if (asked.dataset.drawn === wish) { continue; }
      const node = find(asked, asked.dataset.focus);
      wish = asked.dataset.drawn;
      if (node) { node.focus({ preventScroll: true }); node.scrollIntoView({ block: "center" }); return; }
    }
    if (at && document.activeElement === document.body && at.frame.isConnected) {
      const node = find(at.frame, at.name);
      const there = node && !node.disabled ? node : at.frame.querySelector("[data-at]:enabled");
      if (there) { there.focus({ preventScroll: true }); }
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
