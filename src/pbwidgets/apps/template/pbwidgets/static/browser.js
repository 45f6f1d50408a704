/* Runs only where the browser is too old for the rest. */
(function () {
  var old = document.getElementById("pb-too-old");
  if (old) { old.removeAttribute("hidden"); }
  var bones = document.getElementById("pb-skeleton");
  if (bones) { bones.style.display = "none"; }
})();
