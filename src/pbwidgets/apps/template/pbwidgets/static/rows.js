/* Fixed rows of a form (forms/fixed_rows.py): what is typed and chosen on the lines goes whole, as JSON, into one hidden
   field of ipywidgets; what the server says of a row is put into its place. Filters only hide rows, here in the page. */
(() => {
  "use strict";

  const kept = new WeakMap();  /* by box: the rows that a filter lets through, and its name */
  const drawn = new WeakMap();  /* by row: what was said of it when it was drawn, and what is said now */
  const rowsOf = (box) => [...box.querySelectorAll("tr[data-row]")];
  const said = (row) => row.querySelector(".pb-rows-said > [data-of]");

  /* -- to the server: every cell that was touched since the table was drawn, so that the last message is enough -- */

  function send(box, open) {
    const cells = {};
    for (const cell of box.querySelectorAll("[data-touched]")) { cells[cell.dataset.at] = cell.value; }
    const field = box.querySelector(".pb-rows-sent textarea");
    const seq = (JSON.parse(field.value || "{}").seq || 0) + 1;
    field.value = JSON.stringify(open ? { cells, open, seq } : { cells, seq });
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => {
      const cell = event.target;
      const box = cell.matches && cell.matches(".pb-rows td [data-at]") && cell.closest(".pb-rows");
      if (!box || (kind === "change" && cell.dataset.touched === cell.value)) { return; }
      cell.dataset.touched = cell.value;
      send(box);
    });
  }

  /* -- filters -- */

  function filter(box, name) {
    const fits = (row) => name === "all" || said(row).dataset.kinds.split(" ").includes(name);
    kept.set(box, { name, rows: new Set(rowsOf(box).filter(fits).map((row) => row.dataset.row)) });
    follow(box);
  }

  /* what is wrong is shown whatever the filter, and so is the open row; the others stay until a filter is pressed again */
  function isOut(row, rows) {
    return rows && !rows.has(row.dataset.row) && !row.classList.contains("pb-rows-open")
      && !said(row).dataset.kinds.split(" ").includes("wrong");
  }

  const put = (node, name, value) => { if (node[name] !== value) { node[name] = value; } };

  function follow(box) {
    const notes = new Map([...box.querySelectorAll(".pb-rows-notes [data-of]")].map((note) => [note.dataset.of, note]));
    const chosen = kept.get(box);
    for (const row of rowsOf(box)) {
      const place = row.querySelector(".pb-rows-said");
      if (!drawn.has(row)) { drawn.set(row, { first: place.innerHTML, now: place.innerHTML }); }
      const note = notes.get(row.dataset.row);
      const html = note ? note.outerHTML : drawn.get(row).first;
      if (drawn.get(row).now !== html) { drawn.get(row).now = html; place.innerHTML = html; }
      const shut = said(row).dataset.shut.split(" ");
      for (const cell of row.querySelectorAll("td[data-field]")) {
        cell.classList.toggle("pb-rows-shut", shut.includes(cell.dataset.field));
      }
      put(row, "hidden", Boolean(chosen && isOut(row, chosen.name === "all" ? null : chosen.rows)));
    }
    for (const head of box.querySelectorAll("tr.pb-rows-heading")) {
      let next = head.nextElementSibling;
      while (next && next.hidden) { next = next.nextElementSibling; }
      put(head, "hidden", !next || next.classList.contains("pb-rows-heading"));
    }
    for (const button of box.querySelectorAll("[data-filter]")) {
      const pressed = String(button.dataset.filter === (chosen ? chosen.name : "all"));
      if (button.getAttribute("aria-pressed") !== pressed) { button.setAttribute("aria-pressed", pressed); }
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest(".pb-rows button[data-filter], .pb-rows button[data-open]");
    const box = button && button.closest(".pb-rows");
    if (!box) { return; }
    if ("filter" in button.dataset) { filter(box, button.dataset.filter); } else { send(box, button.closest("tr").dataset.row); }
  });

  /* Enter goes to the same field of the next row, with Shift of the one before */
  document.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey || !cell.matches
      || !cell.matches(".pb-rows td input[data-at]")) { return; }
    const name = cell.closest("td").dataset.field;
    const all = [...cell.closest(".pb-rows").querySelectorAll(`td[data-field="${name}"]:not(.pb-rows-shut) [data-at]`)]
      .filter((one) => one.offsetParent);
    const next = all[all.indexOf(cell) + (event.shiftKey ? -1 : 1)];
    event.preventDefault();
    if (next) { next.focus(); }
  });

  /* -- choosing a unit (forms/unit_choice.py): arrows and Enter, a click or a tap write the unit into the field -- */

  const options = (box) => [...box.querySelectorAll(".pb-hits [role=option]")];
  function choose(box, option) {
    const field = box.querySelector("input");
    field.value = option.dataset.words;
    for (const kind of ["input", "change"]) { field.dispatchEvent(new Event(kind, { bubbles: true })); }
    field.focus();
  }
  document.addEventListener("pointerdown", (event) => {  /* the field keeps the focus, and so the list stays */
    if (event.target.closest && event.target.closest(".pb-hits li")) { event.preventDefault(); }
  });
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest && event.target.closest(".pb-hits li")) { event.preventDefault(); }
  });
  document.addEventListener("click", (event) => {
    const option = event.target.closest && event.target.closest(".pb-hits li");
    if (option) { choose(option.closest(".pb-unit-choice"), option); }
  });
  document.addEventListener("keydown", (event) => {
    const box = event.target.matches && event.target.matches(".pb-unit-choice input") && event.target.closest(".pb-unit-choice");
    const all = box && !event.isComposing ? options(box) : [];
    if (!all.length) { return; }
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "Enter" && at >= 0) { event.preventDefault(); choose(box, all[at]); return; }
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) { return; }
    event.preventDefault();
    event.stopPropagation();
    const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
    all.forEach((option) => option.setAttribute("aria-selected", String(option === next)));
    next.scrollIntoView({ block: "nearest" });
  }, true);

  new MutationObserver(() => { document.querySelectorAll(".pb-rows").forEach(follow); })
    .observe(document.body, { childList: true, subtree: true });
})();
