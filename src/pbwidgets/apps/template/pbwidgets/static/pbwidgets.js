/* What a page does by itself while it opens; the other scripts beside this one have one purpose each. */
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const body = document.body;
  let used = false;
  for (const kind of ["input", "click", "keydown"]) { document.addEventListener(kind, () => { used = true; }, true); }

  /* -- too old ------------------------------------------------------------------------------------- */

  const oldBrowser = !("replaceAll" in String.prototype) || !("MutationObserver" in window) || !window.CSS
    || !CSS.supports("selector(:focus-visible)");

  /* -- the skeleton goes when the first widget is there ---------------------------------------------- */

  function watchFirstWidget() {
    const cells = $("pb-cells");
    const gone = () => { const bones = $("pb-skeleton"); if (bones) { bones.remove(); } };
    if (!cells) { gone(); return; }
    const arrived = () => cells.querySelector(".jupyter-widgets, .widget-html, .pb-failed");
    const look = new MutationObserver(() => {
      if (arrived()) { look.disconnect(); gone(); body.classList.add("pb-live"); }
    });
    look.observe(cells, { childList: true, subtree: true });
    if (arrived()) { look.disconnect(); gone(); body.classList.add("pb-live"); }
  }

  /* -- what the widgets' own scripts say in English ---------------------------------------------------- */

  function translate(node) {
    if (node.title === "null") { node.removeAttribute("title"); }  /* a widget without a tooltip */
    if (!node.matches(".jp-OutputArea-output") || node.firstElementChild) { return; }
    if (node.textContent.startsWith("Loading widget")) { node.textContent = ""; }
    if (node.textContent.startsWith("Error")) {
      node.textContent = window.pb.words.page_failed;
      node.className = "pb-notice pb-error pb-failed";
    }
  }

  function watchWords() {
    const cells = $("pb-cells");
    if (!cells) { return; }
    const look = (root) => { for (const node of root.querySelectorAll("[title=null], .jp-OutputArea-output")) { translate(node); } };
    new MutationObserver((changes) => {
      for (const { target, addedNodes } of changes) {
        if (target !== cells) { translate(target); }
        for (const node of addedNodes) { if (node.nodeType === Node.ELEMENT_NODE) { translate(node); look(node); } }
      }
    }).observe(cells, { childList: true, subtree: true, attributes: true, attributeFilter: ["title"] });
    look(cells);
  }

  /* -- a link to one field of a form: it is led to once the field is there ----------------------------- */

  function leadToField() {
    if (!new URLSearchParams(location.search).has("field")) { return; }
    const look = new MutationObserver(() => {
      const link = document.querySelector(".pb-to-field[data-asked]");
      const place = link && $(link.hash.slice(1));
      if (!place) { return; }
      look.disconnect();
      for (const wait of [0, 400, 1200]) {  /* what stands above it may still be arriving */
        setTimeout(() => { if (!used) { window.pb.leadTo(place); } }, wait);
      }
    });
    look.observe(body, { childList: true, subtree: true });
    setTimeout(() => look.disconnect(), 30000);
  }

  /* called by Voilà's front end, which brings no words of its own */
  window.voila_finish = () => {};
  window.voila_process = () => {};
  window.voila_heartbeat = () => {};

  if (oldBrowser && $("pb-too-old")) { $("pb-too-old").hidden = false; }
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.pb-who[open]")) {
      if (!menu.contains(event.target)) { menu.open = false; }
    }
  });
  const here = document.querySelector(".pb-nav a[aria-current]");
  if (here) { here.scrollIntoView({ block: "nearest", inline: "center" }); }
  watchFirstWidget();
  watchWords();
  leadToField();
  /* Voilà's front end begins with this event: where the notebook failed there is nothing for it to do */
  if ($("pb-failed")) { window.addEventListener("load", (event) => event.stopImmediatePropagation(), true); }
})();
