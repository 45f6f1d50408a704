/* What a page does by itself: notice that its kernel, the server or the session is gone; draw charts. */
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const body = document.body;
  const kernel = body.dataset.kernel;
  const EVERY_MS = 3000;
  let words = {};
  let stopped = false;
  let missed = 0;
  let used = false;
  for (const kind of ["input", "click", "keydown"]) { document.addEventListener(kind, () => { used = true; }, true); }

  const ready = (call) => document.readyState === "loading"
    ? document.addEventListener("DOMContentLoaded", call) : call();

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

  /* -- a link to one field of a form: it is led to once the field is there ----------------------------- */

  function leadToField() {
    if (!new URLSearchParams(location.search).has("field")) { return; }
    const look = new MutationObserver(() => {
      const link = document.querySelector(".pb-to-field[data-asked]");
      const place = link && $(link.hash.slice(1));
      if (!place) { return; }
      look.disconnect();
      for (const wait of [0, 400, 1200]) {  /* what stands above it may still be arriving */
        setTimeout(() => { if (!used) { place.scrollIntoView({ block: "center" }); } }, wait);
      }
    });
    look.observe(body, { childList: true, subtree: true });
    setTimeout(() => look.disconnect(), 30000);
  }

  /* -- the heartbeat --------------------------------------------------------------------------------- */

  function freeze() {
    for (const field of document.querySelectorAll(".pb-main input, .pb-main textarea, .pb-main select, .pb-main button")) {
      if (field.matches("textarea, input[type=text], input[type=number], input[type=date], input:not([type])")) {
        field.readOnly = true;  /* its text can still be read and copied */
      } else {
        field.disabled = true;
      }
    }
    body.classList.add("pb-frozen");
  }

  function say(kind) {
    const saved = document.querySelector(".pb-saved");
    const until = saved && saved.textContent.trim() ? words.saved_until.replace("%s", saved.textContent.trim()) : "";
    $("pb-away-title").textContent = words[kind];
    $("pb-away-more").textContent = [words[`${kind}_more`], until].filter(Boolean).join(" ");
    const link = $("pb-away-link");
    const here = location.pathname + location.search;
    link.textContent = kind === "signed_out" ? words.sign_in : words.reopen;
    link.href = kind === "signed_out" ? `/login?next=${encodeURIComponent(here)}` : here;
    link.hidden = kind === "away";
    const was = $("pb-away").hidden;
    $("pb-away").hidden = false;
    if (was && kind !== "away") { link.focus(); }
  }

  async function beat() {
    if (stopped) { return; }
    let state = "away";
    const since = used ? "&used=1" : "";
    used = false;
    try {
      const answer = await fetch(`/alive?kernel=${encodeURIComponent(kernel)}${since}`, {
        cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout ? AbortSignal.timeout(8000) : undefined,
      });
      if (answer.ok) { state = (await answer.json()).state; }
      else if (answer.status === 403 || answer.status === 401) { state = "signed_out"; }
    } catch (error) { state = "away"; }
    if (state === "ok") {
      missed = 0;
      if (!$("pb-away").hidden) { $("pb-away").hidden = true; }
    } else if (state === "away") {
      missed += 1;
      if (missed >= 2) { say("away"); }
    } else {
      stopped = true;
      freeze();
      say(state);
    }
    if (!stopped) { setTimeout(beat, EVERY_MS); }
  }

  /* -- charts ---------------------------------------------------------------------------------------- */

  let bundle = null;
  function loadBundle() {
    bundle = bundle || new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = body.dataset.bundle;
      script.onload = () => done(window.pbVegaEmbed);
      script.onerror = failed;
      document.head.append(script);
    });
    return bundle;
  }

  const noLoader = {
    load: () => Promise.reject(new Error("no network")),
    sanitize: () => Promise.reject(new Error("no network")),
  };

  async function draw(node) {
    const spec = node.dataset.spec;
    if (!spec || node.dataset.drawn === spec) { return; }
    node.dataset.drawn = spec;
    try {
      const embed = await loadBundle();
      const parsed = JSON.parse(spec);
      node.replaceChildren();
      await embed(node, parsed, { actions: false, renderer: "svg", loader: noLoader, tooltip: { theme: "light" } });
    } catch (error) {
      console.error(error);
      node.textContent = words.chart_failed;
    }
  }

  function watchCharts() {
    const all = () => document.querySelectorAll(".pb-chart[data-spec]").forEach(draw);
    new MutationObserver(all).observe(document.body, { childList: true, subtree: true });
    all();
  }

  /* -- leaving --------------------------------------------------------------------------------------- */

  window.addEventListener("beforeunload", (event) => {
    event.stopImmediatePropagation();  /* Voilà ends the kernel here, also for those who then stay */
    if (!stopped && document.querySelector(".pb-unsaved")) { event.preventDefault(); event.returnValue = ""; }
  });
  window.addEventListener("pagehide", () => {
    if (!kernel || stopped) { return; }
    const form = new FormData();
    const token = document.cookie.split("; ").find((part) => part.startsWith("_xsrf="));
    if (token) { form.append("_xsrf", decodeURIComponent(token.slice(6))); }
    navigator.sendBeacon(`/voila/api/shutdown/${kernel}`, form);
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) { location.reload(); } });

  /* -- review: keys for buttons, pb-key-j and its like; letters only while nothing is being typed -------- */

  window.addEventListener("keydown", (event) => {
    const typing = event.target.closest && event.target.closest("input, textarea, select, [contenteditable]");
    const enter = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (event.isComposing || event.altKey || (!enter && (typing || event.ctrlKey || event.metaKey))) { return; }
    const name = enter ? "ctrl-enter" : event.key.toLowerCase();
    if (!/^(ctrl-enter|[a-z])$/.test(name)) { return; }
    const wanted = [...document.querySelectorAll(`button.pb-key-${name}:enabled, .pb-key-${name} button:enabled`)]
      .find((button) => button.offsetParent);
    if (!wanted) { return; }
    event.preventDefault();
    if (typing) { typing.blur(); }  /* what is being typed counts */
    wanted.click();
  }, true);  /* before ipywidgets' fields, which keep keys to themselves */

  /* called by Voilà's front end, which brings no words of its own */
  window.voila_finish = () => {};
  window.voila_process = () => {};
  window.voila_heartbeat = () => {};

  ready(() => {
    if (oldBrowser && $("pb-too-old")) { $("pb-too-old").hidden = false; }
    const given = $("pb-words");
    if (given) { words = JSON.parse(given.textContent); }
    document.addEventListener("click", (event) => {
      for (const menu of document.querySelectorAll("details.pb-who[open]")) {
        if (!menu.contains(event.target)) { menu.open = false; }
      }
    });
    const here = document.querySelector(".pb-nav a[aria-current]");
    if (here) { here.scrollIntoView({ block: "nearest", inline: "center" }); }
    watchFirstWidget();
    leadToField();
    watchCharts();
    if (kernel && $("pb-cells")) { setTimeout(beat, EVERY_MS); }
    /* Voilà's front end begins with this event: where the notebook failed there is nothing for it to do */
    if ($("pb-failed")) { window.addEventListener("load", (event) => event.stopImmediatePropagation(), true); }
  });
})();
