// Runs before the first paint, so that a chosen theme does not flash the other
// one. A file of its own because the policy allows no inline script. Without a
// choice nothing is set and the style sheet follows the system.
//
// Reads the localStorage entry `xops.theme`: light or dark, as plain text or as
// a JSON string. Sets <html data-theme="...">.
(() => {
  try {
    const chosen = (localStorage.getItem("xops.theme") ?? "").replaceAll('"', "");
    if (chosen === "light" || chosen === "dark") {
      document.documentElement.dataset.theme = chosen;
    }
  } catch {
    // Storage can be forbidden; the system's theme is a fine answer then.
  }
})();
