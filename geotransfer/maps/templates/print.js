// Paper: the page takes the size of one A4 landscape sheet and the map is drawn again before it is printed.
(function (gt) {
  "use strict";

  function wire(map) {
    let kept = null;
    window.addEventListener("beforeprint", () => {
      kept = { bounds: map.getBounds(), centre: map.getCenter(), zoom: map.getZoom() };
      document.documentElement.classList.add("gt-print");
      map.invalidateSize({ animate: false });
      map.fitBounds(kept.bounds, { animate: false });
    });
    window.addEventListener("afterprint", () => {
      document.documentElement.classList.remove("gt-print");
      map.invalidateSize({ animate: false });
      if (kept) { map.setView(kept.centre, kept.zoom, { animate: false }); }
    });
  }

  gt.paper = { wire: wire };
})(window.geotransfer = window.geotransfer || {});
