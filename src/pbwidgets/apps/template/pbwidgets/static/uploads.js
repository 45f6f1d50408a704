/* Upload buttons: files go to the server by HTTP, one after the other, each with its progress; the widget, a text
   field (HttpUpload in upload_button.py), is told what has arrived, and says in its placeholder what it has taken. */
(() => {
  "use strict";
  const kernel = document.body.dataset.kernel;
  const given = document.getElementById("pb-upload-words");
  const words = given ? JSON.parse(given.textContent) : {};
  const REFUSED = { 403: "signed_out", 404: "gone", 413: "too_big", 429: "busy", 507: "full" };
  const PRESSED = "button.pb-after-uploads:enabled";

  const make = (tag, traits, ...children) => {
    const node = Object.assign(document.createElement(tag), traits);
    node.append(...children);
    return node;
  };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const megabytes = (bytes) => Math.floor(bytes / 1048576);

  function fits(file, accept) {
    const name = file.name.toLowerCase();
    return !accept || accept.split(",").some((kind) => (kind.startsWith(".") ? name.endsWith(kind)
      : kind.endsWith("/*") ? file.type.startsWith(kind.slice(0, -1)) : file.type === kind));
  }

  function dress(box) {
    const told = box.querySelector("input");
    const rule = () => JSON.parse(told.placeholder);
    const arrived = () => JSON.parse(told.value || "[]");
    const picker = make("input", { type: "file", hidden: true, accept: rule().accept, multiple: rule().multiple });
    const button = make("button", { type: "button", className: "jupyter-button pb-button",
      textContent: box.querySelector(".widget-label").textContent });
    const list = make("ul", { className: "pb-uploading" });
    const queue = [];
    const rows = new Set();
    let sending = false;
    let choice = arrived().reduce((most, entry) => Math.max(most, entry[0]), 0);
    box.append(picker, button, list);

    function makeRow(file) {
      const row = { file, choice, at: -1, request: null };
      const state = make("span", { className: "pb-upload-state" });
      const bar = make("progress", { max: 100, value: 0 });
      bar.setAttribute("aria-label", file.name);
      const actions = make("span", { className: "pb-upload-actions" });
      const unsaved = make("span", { className: "pb-unsaved", textContent: words.unsaved });  /* for the other scripts */
      row.node = make("li", {}, make("span", { className: "pb-upload-name", textContent: file.name }), bar, state, actions);
      const offer = (...named) => actions.replaceChildren(...named.map(([name, call]) => {
        const link = make("button", { type: "button", textContent: words[name], onclick: call });
        link.setAttribute("aria-label", `${words[name]} ${file.name}`);
        return link;
      }));
      row.drop = () => { rows.delete(row); row.node.remove(); };
      row.wait = () => {
        row.node.className = "pb-arriving";
        row.node.append(unsaved);
        state.removeAttribute("role");
        state.textContent = words.waiting;
        bar.hidden = false;
        bar.value = 0;
        offer(["cancel", () => { queue.splice(queue.indexOf(row), 1); row.drop(); }]);
        queue.push(row);
      };
      row.begin = (request) => {
        state.textContent = words.sending;
        offer(["cancel", () => { row.drop(); request.abort(); }]);
      };
      row.progress = (share) => {
        bar.value = Math.floor(100 * share);
        state.textContent = share < 1 ? fill(words.sent, { pct: bar.value }) : words.saving;
      };
      row.keep = (at) => { row.at = at; bar.value = 100; state.textContent = words.saving; offer(); };
      row.fail = (why, again) => {
        row.at = -1;
        row.node.className = "pb-upload-failed";
        unsaved.remove();
        bar.hidden = true;
        state.setAttribute("role", "alert");
        state.textContent = fill(words[why], { limit: megabytes(rule().max_bytes) });
        offer(...(again ? [["retry", () => { row.wait(); next(); }]] : []), ["dismiss", row.drop]);
      };
      rows.add(row);
      list.append(row.node);
      return row;
    }

    function next() {
      const row = sending ? null : queue.shift();
      if (!row) { return; }
      const request = new XMLHttpRequest();
      const end = () => { sending = false; next(); };
      sending = true;
      row.begin(request);
      request.open("POST", `/upload/${kernel}/${rule().slot}`);
      request.setRequestHeader("X-XSRFToken", window.pb.xsrf());
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.onprogress = (event) => row.progress(event.loaded / event.total);
      request.onload = () => {
        if (request.status === 200) {
          const all = [...arrived(), [row.choice, JSON.parse(request.responseText).token, row.file.name]];
          row.keep(all.length - 1);
          told.value = JSON.stringify(all);
          told.dispatchEvent(new Event("input", { bubbles: true }));
        } else {
          row.fail(REFUSED[request.status] || "broken", request.status !== 413);
        }
        end();
      };
      request.onerror = () => { row.fail("broken", true); end(); };
      request.onabort = end;
      request.send(row.file);
    }

    function add(files) {
      choice += 1;
      for (const row of rows) { if (row.node.className === "pb-upload-failed") { row.drop(); } }
      for (const file of files) {
        const row = makeRow(file);
        const why = !file.size ? "empty" : file.size > rule().max_bytes ? "too_big"
          : !fits(file, rule().accept) ? "kind" : "";
        if (why) { row.fail(why, false); } else { row.wait(); }
      }
      next();
    }

    function follow() {
      const { taken, failed } = rule();
      for (const row of rows) {
        if (row.at < 0 || row.at >= taken) { continue; }
        if (failed.includes(row.at)) { row.fail("failed", true); } else { row.drop(); }
      }
      button.disabled = told.disabled;
    }

    button.addEventListener("click", () => picker.click());
    for (const kind of ["input", "change"]) { picker.addEventListener(kind, (event) => event.stopPropagation()); }
    picker.addEventListener("change", () => { add([...picker.files]); picker.value = ""; });
    const handed = (files) => { if (files.length && !button.disabled) { add([...files].slice(0, rule().multiple ? undefined : 1)); } };
    box.addEventListener("paste", (event) => handed(event.clipboardData.files));
    box.addEventListener("drop", (event) => handed(event.dataTransfer.files));
    new MutationObserver(follow).observe(told, { attributes: true, attributeFilter: ["placeholder", "disabled"] });
    follow();
  }

  const isFile = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  for (const kind of ["dragover", "drop"]) {  /* a file dropped beside a button must not replace the page */
    document.addEventListener(kind, (event) => { if (isFile(event)) { event.preventDefault(); } });
  }

  /* who hands in while a file is on its way is shown the file, and hands in when it has arrived */
  window.addEventListener("click", (event) => {
    const pressed = event.target.closest ? event.target.closest(PRESSED) : null;
    const row = pressed ? document.querySelector(".pb-uploading .pb-arriving") : null;
    if (!row) { return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    row.scrollIntoView({ block: "center" });
    let asked = row.querySelector(".pb-upload-asked");  /* beside the state, which changes all the time */
    if (!asked) {
      asked = document.createElement("span");
      asked.className = "pb-upload-asked";
      asked.setAttribute("role", "alert");
      row.append(asked);
    }
    asked.textContent = words.not_yet;
  }, true);

  const dressAll = () => {
    for (const box of document.querySelectorAll(".pb-http-upload:not(.pb-dressed)")) {
      if (box.querySelector("input[placeholder]")) { box.classList.add("pb-dressed"); dress(box); }
    }
  };
  /* ipywidgets sets classes and traits after it has put a widget in its place */
  new MutationObserver(dressAll).observe(document.body, { childList: true, subtree: true, attributeFilter: ["class", "placeholder"] });
  dressAll();
})();
