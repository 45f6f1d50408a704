/* Loaded by Voilà's front end in place of MathJax: our pages hold no formulas. */
window.MathJax = {
  Ajax: {}, InputJax: {},
  Hub: { Config() {}, Configured() {}, Queue() {}, Register: { StartupHook() {} } },
};
