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

  /* what was sent last counts until the server has answered it: an answer to an older message is on its way */
  const sent = new WeakMap();
  function asked(list) {
    const [there, mine] = [read(fieldOf(list)), sent.get(list)];
    return mine && (there.seq || 0) < mine.seq ? mine : there;
  }

  function ask(list, change) {
    const before = asked(list);
    const table = list.querySelector("[data-drawn]");
    const { all, open, ...kept } = before;
    const now = { ...kept, ...change, seq: (before.seq || 0) + 1, drawn: table ? table.dataset.drawn : "" };
    sent.set(list, now);
    write(fieldOf(list), now);
  }

  function tick(list, keys, wanted) {
    const before = asked(list).ticked || [];
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
    const order = [...(asked(list).ticked || [])];
    const at = order.indexOf(key);
    if (at < 0 || at + by < 0 || at + by >= order.length) { return; }
    [order[at], order[at + by]] = [order[at + by], order[at]];
    ask(list, { ticked: order });
  }

  const CLICKS = {
    sort: (list, button) => {
      const before = asked(list);
      const again = before.sort === button.dataset.sort;
      ask(list, { sort: button.dataset.sort, down: again && !before.down, page: 1 });
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

  /* -- grids: what differs from what is stored is sent, keys move as in Excel, pasted blocks go to the server ------- */

  const cells = (grid) => [...grid.querySelectorAll("td input[data-at]")];

  function typedIn(grid) {
    const typed = {};
    for (const cell of cells(grid)) {
      const changed = cell.value !== cell.dataset.stored;
      cell.closest("td").classList.toggle("pb-cell-changed", changed);
      if (changed) { typed[cell.dataset.at] = cell.value; }
    }
    return typed;
  }

  document.addEventListener("input", (event) => {
    const grid = event.target.matches(".pb-grid td input") && event.target.closest(".pb-grid");
    if (grid) { write(grid.querySelector(".pb-grid-typed textarea"), { cells: typedIn(grid) }); }
  });

  function go(cell, down, right) {
    const grid = cell.closest(".pb-grid");
    let [row, column] = cell.dataset.at.split(",").map(Number);
    for (let left = 100; left > 0; left -= 1) {  /* over what cannot be typed into */
      row += down;
      column += right;
      const next = find(grid, `${row},${column}`);
      if (next) { next.focus(); next.select(); return true; }
    }
    return false;
  }

  document.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (!cell.matches || !cell.matches(".pb-grid td input") || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) { return; }
    const whole = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
    const begin = whole || cell.selectionEnd === 0;
    const end = whole || cell.selectionStart === cell.value.length;
    const way = {
      ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [event.shiftKey ? -1 : 1, 0],
      ArrowLeft: begin ? [0, -1] : null, ArrowRight: end ? [0, 1] : null,
    }[event.key];
    if (!way || (event.shiftKey && event.key !== "Enter")) { return; }
    event.preventDefault();
    event.stopPropagation();
    go(cell, ...way);
  });
  let fresh = null;  /* what is typed replaces the cell; a second click sets the caret */
  document.addEventListener("focusin", (event) => {
    fresh = event.target.matches(".pb-grid td input") ? event.target : null;
    if (fresh) { fresh.select(); }
  });
  document.addEventListener("click", (event) => {
    if (fresh && event.target === fresh) { fresh.select(); }
    fresh = null;
  });

  document.addEventListener("paste", (event) => {
    const cell = event.target;
    const text = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
    if (!cell.matches || !cell.matches(".pb-grid td input") || !/[\t\n]/.test(text)) { return; }
    event.preventDefault();
    const grid = cell.closest(".pb-grid");
    const typed = typedIn(grid);
    cells(grid).forEach((one) => { one.readOnly = true; });  /* until the server has drawn them with the block in its place */
    write(grid.querySelector(".pb-grid-typed textarea"), { cells: typed, block: text, at: cell.dataset.at });
  });

  /* problems that the server has found stand beside their cells */
  function showProblems() {
    for (const list of document.querySelectorAll(".pb-grid-problems")) {
      const grid = list.closest(".pb-grid");
      const found = new Map([...list.children].map((item) => [item.dataset.cell, item.textContent]));
      for (const cell of cells(grid)) {
        const words = found.get(cell.dataset.at) || "";
        const place = cell.closest("td");
        if ((place.dataset.problem || "") === words) { continue; }
        if (words) { place.dataset.problem = words; } else { delete place.dataset.problem; }
        cell.setAttribute("aria-invalid", String(Boolean(words)));
        cell.title = words;
      }
    }
  }

  new MutationObserver(() => {
    showProblems();
    for (const dialog of document.querySelectorAll(".pb-dialog:not([tabindex])")) {
      dialog.tabIndex = -1;  /* what is asked is read first; Enter that is held down must not answer it */
      const place = dialog.querySelector("textarea") || dialog;
      place.focus({ preventScroll: true });
      dialog.scrollIntoView({ block: "nearest" });
      return;
    }
    if (at && document.activeElement === document.body && at.frame.isConnected) {
      const node = find(at.frame, at.name);
      const there = node && !node.disabled ? node : at.frame.querySelector("[data-at]:enabled");
      if (there) { there.focus({ preventScroll: true }); }
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
