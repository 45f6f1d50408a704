/* Leaving a page: what was typed or pressed is done first, then the page's kernel ends. */
(() => {
  "use strict";
  const pb = window.pb = window.pb || {};
  const { kernel } = document.body.dataset;
  const LONGEST_MS = 8000;
  const isDone = () => pb.status.isLost() || (pb.order.isSettled() && !document.querySelector(".pb-unsaved"));

  /* what each request that changes something must carry */
  pb.xsrf = () => decodeURIComponent((document.cookie.match(/(?:^|; )_xsrf=([^;]*)/) || ["", ""])[1]);

  /* a link of this page, in this tab: it is followed when everything is done */
  document.addEventListener("click", (event) => {
    const link = event.target.closest ? event.target.closest("a[href]") : null;
    const plain = !event.defaultPrevented && event.button === 0
      && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !plain || link.origin !== location.origin || link.target === "_blank" || link.hasAttribute("download")
        || (link.hash && link.pathname === location.pathname && link.search === location.search) || isDone()) { return; }
    event.preventDefault();
    const began = performance.now();
    const go = setInterval(() => {
      const isHopeful = !["away", "failed"].includes(pb.status.state()) && performance.now() - began < LONGEST_MS;
      if (!isDone() && isHopeful) { return; }
      clearInterval(go);
      location.assign(link.href);
    }, 30);
  });

  window.addEventListener("beforeunload", (event) => {
    event.stopImmediatePropagation();  /* Voilà ends the kernel here, also for those who then stay */
    if (!isDone()) { event.preventDefault(); event.returnValue = ""; }
  });
  window.addEventListener("pagehide", () => {
    if (!kernel || pb.status.isLost()) { return; }
    const form = new FormData();
    form.append("_xsrf", pb.xsrf());
    navigator.sendBeacon(`/voila/api/shutdown/${kernel}`, form);
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) { location.reload(); } });
})();
