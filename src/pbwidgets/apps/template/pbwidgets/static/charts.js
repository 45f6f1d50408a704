/* Draws the charts of a page with the server's own script. */
(() => {
  "use strict";
  const pb = window.pb = window.pb || {};

  let bundle = null;
  function loadBundle() {
    bundle = bundle || new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = document.body.dataset.bundle;
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
      node.textContent = pb.words.chart_failed;
    }
  }

  const all = () => document.querySelectorAll(".pb-chart[data-spec]").forEach(draw);
  new MutationObserver(all).observe(document.body, { childList: true, subtree: true });
  all();
})();
