/* What the page says about itself, one thing at a time: in one place, the pill, and in the panel once it is cut off.

   lost (the kernel or the session is gone) > away (no answer) > busy (an action takes more than 0.3 s) > failed
   (to save) > saving (or what was typed is still on its way) > saved. Pages only leave their words in .pb-saved and .pb-unsaved. */
(() => {
  "use strict";
  const pb = window.pb = window.pb || {};
  const $ = (id) => document.getElementById(id);
  const body = document.body;
  const { kernel } = body.dataset;
  if (!$("pb-words")) {  /* the page was cut off while it came */
    pb.status = { isLost: () => true, state: () => "" };
    return;
  }
  const words = pb.words = JSON.parse($("pb-words").textContent);
  const EVERY_MS = 3000;
  const SLOW_MS = 300;
  let lost = "";
  let missed = 0;
  let brokenAt = null;

  pb.status = { isLost: () => Boolean(lost), state: () => body.dataset.state || "" };

  /* -- what has been done since the last beat -- */
  let used = false;
  for (const kind of ["input", "click", "keydown"]) { document.addEventListener(kind, () => { used = true; }, true); }

  /* -- the pill -- */

  const textOf = (name) => {
    const node = document.querySelector(name);
    return node ? node.textContent.trim() : "";
  };

  function slowActions(now) {
    return pb.order.pending().filter((item) => !item.isTyping && now - item.since >= SLOW_MS);
  }

  function isAway(now) {
    return missed >= 2 || (brokenAt !== null && now - brokenAt > 1000);
  }

  function find(now) {
    if (lost) { return [lost, ""]; }
    if (isAway(now)) { return ["away", ""]; }
    if (slowActions(now).length) { return ["busy", words.busy]; }
    const unsaved = textOf(".pb-unsaved");
    if (document.querySelector(".pb-not-saved")) { return ["failed", unsaved]; }
    if (unsaved) { return ["saving", unsaved]; }
    if (pb.order.pending().some((item) => now - item.since >= SLOW_MS)) { return ["saving", words.sending]; }
    const saved = textOf(".pb-saved");
    return saved ? ["saved", saved] : ["", ""];
  }

  function show() {
    const now = performance.now();
    const [state, said] = find(now);
    const pill = $("pb-pill");
    if (body.dataset.state !== state) { body.dataset.state = state; }
    if (pill.textContent !== said) { pill.textContent = said; }
    if (state !== "away" && !lost) { $("pb-away").hidden = true; }
    else if ($("pb-away").hidden || $("pb-away").dataset.kind !== state) { say(state); }
    markButtons(lost ? [] : pb.order.pending(), now);
  }

  let marked = new Set();
  function markButtons(pending, now) {
    const busy = new Set(pending.filter((item) => item.button).map((item) => item.button));
    const slow = new Set(slowActions(now).map((item) => item.button));
    for (const button of marked) {
      if (!busy.has(button)) { button.removeAttribute("aria-busy"); button.classList.remove("pb-busy"); }
    }
    for (const button of busy) {
      button.setAttribute("aria-busy", "true");
      button.classList.toggle("pb-busy", slow.has(button));
    }
    marked = busy;
  }

  let timer = null;
  function follow() {
    show();
    if (timer === null && pb.order.pending().length) {
      timer = setTimeout(() => { timer = null; follow(); }, SLOW_MS / 3);
    }
  }

  /* -- when it is cut off -- */

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
    const saved = textOf(".pb-saved");
    const until = saved ? words.saved_until.replace("%s", saved) : "";
    const kept = pb.kept && pb.kept.count() ? words.kept_here : "";
    $("pb-away-title").textContent = words[kind];
    $("pb-away-more").textContent = [words[`${kind}_more`], kept, until].filter(Boolean).join(" ");
    const link = $("pb-away-link");
    const here = location.pathname + location.search;
    link.textContent = kind === "signed_out" ? words.sign_in : words.reopen;
    link.href = kind === "signed_out" ? `/login?next=${encodeURIComponent(here)}` : here;
    link.hidden = kind === "away";
    const panel = $("pb-away");
    panel.dataset.kind = kind;
    const was = panel.hidden;
    panel.hidden = false;
    if (was && kind !== "away") { link.focus(); }
  }

  /* JupyterLab waits longer from one attempt to the next, and gives up in the end */
  function connectAgain(isBack) {
    const connection = pb.order.kernel();
    const state = connection ? connection.connectionStatus : "connected";
    if (state === "disconnected" || (isBack && state !== "connected")) { connection.reconnect().catch(() => {}); }
    if (pb.order.isUnsure && connection && connection.connectionStatus === "connected") {
      pb.order.isUnsure = false;
      pb.notify(words.unsure);
    }
  }

  pb.notify = (text) => {
    const notice = document.createElement("div");
    notice.className = "pb-notice pb-warn";
    notice.setAttribute("role", "alert");
    notice.textContent = text;
    $("pb-notices").replaceChildren(notice);
  };

  async function beat() {
    if (lost) { return; }
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
    if (state === "ok") { connectAgain(missed > 0); missed = 0; }
    else if (state === "away") { missed += 1; }
    else { lost = state; freeze(); }
    show();
    if (!lost) { setTimeout(beat, EVERY_MS); }
  }

  pb.order.watch(() => {
    const connection = pb.order.kernel();
    const isBroken = connection && connection.connectionStatus !== "connected";
    if (!isBroken) { brokenAt = null; }
    else if (brokenAt === null) { brokenAt = performance.now(); setTimeout(show, 1100); }
    follow();
  });
  new MutationObserver(show).observe($("pb-main"), { childList: true, subtree: true, characterData: true });
  if (kernel && $("pb-cells")) { setTimeout(beat, EVERY_MS); }
})();
