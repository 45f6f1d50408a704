/* The presenting view of the meeting: the list full screen, in letters for the back row. Escape ends it. */
(() => {
  "use strict";
  const body = document.body;
  const on = () => body.classList.contains("pb-presenting");

  function present(wanted) {
    body.classList.toggle("pb-presenting", wanted);
    scrollTo(0, 0);
    if (wanted && document.documentElement.requestFullscreen) {
      document.documentElement.requestFullscreen().catch(() => {});  /* refused: the view fills the window */
    } else if (!wanted && document.fullscreenElement) {
      document.exitFullscreen().catch(() => {});
    }
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest) { return; }
    if (event.target.closest(".pb-present")) { present(true); }
    if (event.target.closest(".pb-present-end")) { present(false); }
    if (event.target.closest(".pb-present-side")) { body.classList.toggle("pb-with-side"); }
  });
  document.addEventListener("fullscreenchange", () => { if (!document.fullscreenElement && on()) { present(false); } });
  window.addEventListener("keydown", (event) => { if (event.key === "Escape" && on()) { present(false); } }, true);
})();
