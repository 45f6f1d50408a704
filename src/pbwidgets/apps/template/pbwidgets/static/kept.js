/* What was typed and is not saved yet is kept in this tab of the browser, and offered when the page is opened again.

   Kept by account, address, visit (its kernel) and field; dropped once it is saved, taken, refused or signed out of.
   Never kept: sensitive fields, what only filters a list, anything of a visitor without an account. */
(() => {
  "use strict";
  const pb = window.pb = window.pb || {};
  const { account, kernel } = document.body.dataset;
  const PREFIX = "pb-kept ";
  const MOST_SIGNS = 20000;
  const FIELDS = "textarea, input:not([type]), input[type=text]";
  const AUTOSAVED = ".pb-form, .pb-rating, .pb-autosaved";
  const main = document.getElementById("pb-main");
  const $ = (id) => document.getElementById(id);

  const all = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  const read = (key) => ({ key, ...JSON.parse(sessionStorage.getItem(key)) });
  const forget = (keep = () => false) => {
    for (const key of all()) { if (!keep(read(key))) { sessionStorage.removeItem(key); } }
  };

  /* signing out in one tab empties the others, too */
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("pb-signed-out") : null;
  if (channel) { channel.onmessage = () => forget(); }
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[action='/logout']")) { return; }
    forget();
    if (channel) { channel.postMessage(""); }
  });

  forget((item) => Boolean(account) && item.account === account);
  if (!account || !kernel) { pb.kept = { count: () => 0 }; return; }

  const page = (() => {
    const asked = new URLSearchParams(location.search);
    for (const name of ["lang", "field"]) { asked.delete(name); }
    asked.sort();
    return `${location.pathname}?${asked}`;
  })();
  const mine = () => all().map(read).filter((item) => item.page === page);
  const earlier = () => mine().filter((item) => item.kernel !== kernel);
  const current = () => mine().filter((item) => item.kernel === kernel);
  pb.kept = { count: () => mine().length };

  /* -- the fields of the page, by the headings above them, their label and their place among its like -- */

  const labelOf = (field) => (field.labels && field.labels[0] ? field.labels[0].textContent : "").trim();
  const isKept = (field) => field.closest(".pb-typed, .pb-number") && !field.closest(".pb-sensitive");

  function fields() {
    const found = new Map();
    const trail = ["", "", "", "", ""];
    for (const node of main.querySelectorAll(`h2, h3, h4, ${FIELDS}`)) {
      const level = /^H(\d)$/.exec(node.tagName);
      if (level) { trail[Number(level[1])] = node.textContent.trim(); trail.fill("", Number(level[1]) + 1); continue; }
      if (!isKept(node)) { continue; }
      const place = trail.filter(Boolean);
      let name = "";
      for (let number = 0; !name || found.has(name); number += 1) { name = JSON.stringify([...place, labelOf(node), number]); }
      found.set(name, { field: node, place, label: labelOf(node) });
    }
    return found;
  }

  /* -- keeping -- */

  function keep(field) {
    for (const [name, known] of fields()) {
      if (known.field !== field) { continue; }
      const key = [PREFIX + account, page, kernel, name].join(" ");
      const text = field.value.slice(0, MOST_SIGNS);
      if (!text) { sessionStorage.removeItem(key); return; }
      const item = { account, page, kernel, name, text, place: known.place, label: known.label,
                     isAutosaved: Boolean(field.closest(AUTOSAVED)) };
      try { sessionStorage.setItem(key, JSON.stringify(item)); } catch (error) { /* full: it is typed all the same */ }
      return;
    }
  }
  main.addEventListener("input", (event) => {
    if (event.target.matches && event.target.matches(FIELDS) && isKept(event.target)) { keep(event.target); }
  }, true);

  /* -- dropping what is saved: by itself, or because an action took the text out of its field -- */

  const isRefused = (field) => {
    const mark = field.closest(".pb-rating");
    return Boolean(mark) && (mark.querySelector(".pb-problem") !== null || mark.querySelector("input").value.trim() === "");
  };
  let actions = 0;
  function drop() {
    const isCut = pb.order.isLost || pb.status.isLost() || pb.status.state() === "away";
    if (isCut || !pb.order.isSettled() || !current().length) { return; }
    const isSaved = document.querySelector(".pb-saved") && !document.querySelector(".pb-unsaved");
    const there = fields();
    for (const item of current()) {
      const known = there.get(item.name);
      const isTaken = actions > 0 && (!known || known.field.value !== item.text);
      if (isTaken || (isSaved && item.isAutosaved && known && !isRefused(known.field))) {
        sessionStorage.removeItem(item.key);
      }
    }
    actions = 0;
  }
  let later = null;
  pb.order.watch(() => {
    if (pb.order.pending().some((item) => !item.isTyping)) { actions += 1; }
    clearTimeout(later);
    later = setTimeout(drop, 300);  /* the page has followed by then */
  });
  new MutationObserver(() => { clearTimeout(later); later = setTimeout(drop, 300); })
    .observe(main, { childList: true, subtree: true, characterData: true });

  /* -- offering -- */

  function put(field, text) {
    field.value = text;
    for (const kind of ["input", "change"]) { field.dispatchEvent(new Event(kind, { bubbles: true })); }
    field.focus();
  }

  function row(item, known) {
    const made = document.createElement("li");
    const where = document.createElement("span");
    where.className = "pb-quiet";
    where.textContent = [...item.place, item.label].join(" › ");
    const text = document.createElement("q");
    text.textContent = item.text;
    made.append(where, text);
    const choose = (words, call) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "pb-kept-button";
      button.textContent = words;
      button.addEventListener("click", () => { sessionStorage.removeItem(item.key); call(); offer(); });
      made.append(button);
    };
    if (known) { choose(pb.words.kept_take, () => put(known.field, item.text)); }
    choose(pb.words.kept_drop, () => {});
    return made;
  }

  let shown = "";
  function offer() {
    const there = fields();
    const items = [];
    for (const item of earlier()) {
      const known = there.get(item.name);
      if (known && (known.field.value === item.text || known.field.readOnly)) {
        sessionStorage.removeItem(item.key);  /* it had been saved */
      } else { items.push([item, known]); }
    }
    const state = JSON.stringify(items.map(([item, known]) => [item.key, Boolean(known)]));
    if (state === shown) { return; }
    shown = state;
    $("pb-kept").hidden = !items.length;
    $("pb-kept-list").replaceChildren(...items.map(([item, known]) => row(item, known)));
  }
  if (earlier().length) {
    new MutationObserver(() => { if (document.body.classList.contains("pb-live")) { offer(); } })
      .observe(main, { childList: true, subtree: true });
  }
})();
