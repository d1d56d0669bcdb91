// The two uses folium's own templates make of jQuery: $(html)[0] for popups and $(document).ready(f).
(function () {
  "use strict";
  if (window.$) { return; }
  window.$ = function (what) {
    if (typeof what !== "string") {
      return { ready: function (run) { run(); } };
    }
    const holder = document.createElement("template");
    holder.innerHTML = what.trim();
    return Array.from(holder.content.children);
  };
})();
