"use strict";
(() => {
  // contents: open beside the text, folded above it
  const contents = document.querySelector(".contents details");
  if (contents) {
    const beside = matchMedia("(min-width: 1280px)");
    const fold = () => { contents.open = beside.matches; };
    beside.addEventListener("change", fold);
    contents.addEventListener("click", (event) => {
      if (event.target.closest("a") && !beside.matches) contents.open = false;
    });
    fold();
  }

  // tables: a button in each head; up, down, and as they were
  const missing = new Set(["", "—", document.querySelector("main").dataset.missing]);
  const { compare } = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const figure = /^[+\-−]?\d[\d,]*(\.\d+)?/;
  const amount = (text) => parseFloat(text.replace("−", "-").replaceAll(",", ""));

  const isAmount = (cells, texts, table) =>
    table.classList.contains("dataframe")
      ? texts.every((text) => /^[+\-−]?[\d,.]+%?$/.test(text))
      : cells.some((cell) => cell.classList.contains("number"));

  function sort(table, column, direction) {
    const body = table.tBodies[0];
    const rows = [...body.rows].sort((one, other) => one.dataset.row - other.dataset.row);
    if (direction) {
      const texts = new Map(rows.map((row) => [row, row.cells[column].textContent.trim()]));
      const known = (row) => !missing.has(texts.get(row));
      const shown = rows.filter(known);
      const counted = isAmount(shown.map((row) => row.cells[column]), shown.map((row) => texts.get(row)), table)
        && shown.every((row) => figure.test(texts.get(row)));
      shown.sort((one, other) => {
        const [left, right] = [texts.get(one), texts.get(other)];
        return direction * ((counted && amount(left) - amount(right)) || compare(left, right));
      });
      body.append(...shown, ...rows.filter((row) => !known(row)));
    } else {
      body.append(...rows);
    }
  }

  for (const table of document.querySelectorAll("main table")) {
    const head = table.tHead?.rows, body = table.tBodies[0];
    if (head?.length !== 1 || table.tBodies.length !== 1 || body.rows.length < 3) continue;
    if ([...body.rows].some((row) => row.cells.length !== head[0].cells.length)) continue;
    if (table.querySelector("[rowspan], [colspan]")) continue;
    [...body.rows].forEach((row, place) => { row.dataset.row = place; });
    for (const [column, cell] of [...head[0].cells].entries()) {
      if (!cell.textContent.trim()) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...cell.childNodes);
      cell.append(button);
      button.addEventListener("click", () => {
        const order = { ascending: "descending", descending: "" }[cell.getAttribute("aria-sort")] ?? "ascending";
        for (const other of head[0].cells) other.removeAttribute("aria-sort");
        if (order) cell.setAttribute("aria-sort", order);
        sort(table, column, { ascending: 1, descending: -1 }[order] ?? 0);
      });
    }
  }
})();
