// Paper: the page takes the size of one A4 landscape sheet and the map is drawn again before it is printed.
(function (gt) {
  "use strict";
  const SHARP = 2; // pixels of a canvas per pixel of the page

  // Chromium prints an erased part of a canvas white, which hides the canvases below: paper gets all in one picture.
  function flattened(map) {
    const box = map.getContainer();
    const frame = box.getBoundingClientRect();
    const sheet = document.createElement("canvas");
    sheet.id = "gt-sheet";
    sheet.width = SHARP * frame.width;
    sheet.height = SHARP * frame.height;
    const pen = sheet.getContext("2d");
    pen.scale(SHARP, SHARP);
    pen.fillStyle = getComputedStyle(box).backgroundColor;
    pen.fillRect(0, 0, frame.width, frame.height);
    const levels = (canvas) => Number(getComputedStyle(canvas.closest(".leaflet-pane")).zIndex);
    Array.from(box.querySelectorAll("canvas")).sort((a, b) => levels(a) - levels(b)).forEach((canvas) => {
      const at = canvas.getBoundingClientRect();
      pen.drawImage(canvas, at.left - frame.left, at.top - frame.top, at.width, at.height);
    });
    return sheet;
  }

  function wire(map) {
    let kept = null;
    const retina = L.Browser.retina;
    const redraw = () => { map.eachLayer((one) => { if (one instanceof L.Canvas) { one._update(); } }); };
    window.addEventListener("beforeprint", () => {
      kept = { bounds: map.getBounds(), centre: map.getCenter(), zoom: map.getZoom() };
      document.documentElement.classList.add("gt-print");
      L.Browser.retina = true;
      map.invalidateSize({ animate: false });
      map.fitBounds(kept.bounds, { animate: false });
      redraw();
      map.getContainer().prepend(flattened(map));
    });
    window.addEventListener("afterprint", () => {
      const sheet = document.getElementById("gt-sheet");
      if (sheet) { sheet.remove(); }
      document.documentElement.classList.remove("gt-print");
      L.Browser.retina = retina;
      map.invalidateSize({ animate: false });
      if (kept) { map.setView(kept.centre, kept.zoom, { animate: false }); }
      redraw();
    });
  }

  gt.paper = { wire: wire };
})(window.geotransfer = window.geotransfer || {});
