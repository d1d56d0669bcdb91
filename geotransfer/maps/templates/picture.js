// The view as a PNG: title, legend, map and credit, with the note of unchecked rules and the mark 示意图.
(function (gt) {
  "use strict";
  const at = (id) => document.getElementById(id);
  const FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Micro Hei", sans-serif';
  const SIDE = 236;
  const PAD = 12;
  const LINE = 18;

  function image(address) {
    return new Promise((done, fail) => {
      const made = new Image();
      made.onload = () => done(made);
      made.onerror = fail;
      made.src = address;
    });
  }

  async function drawing(svg) {
    const copy = svg.cloneNode(true);
    const box = svg.getBoundingClientRect();
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("width", box.width);
    copy.setAttribute("height", box.height);
    copy.removeAttribute("style");
    copy.append(document.getElementById("gt-hatch").closest("defs").cloneNode(true));
    return image(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`);
  }

  // Panes from the lowest to the highest; tiles from elsewhere would make the canvas unreadable and are left out.
  async function drawMap(pen, map, left, top) {
    const frame = map.getContainer().getBoundingClientRect();
    const level = (pane) => Number(getComputedStyle(pane).zIndex) || 0;
    const panes = Array.from(map.getPane("mapPane").children).sort((a, b) => level(a) - level(b));
    pen.save();
    pen.beginPath();
    pen.rect(left, top, frame.width, frame.height);
    pen.clip();
    pen.fillStyle = getComputedStyle(map.getContainer()).backgroundColor;
    pen.fillRect(left, top, frame.width, frame.height);
    for (const pane of panes.filter((one) => !/tile|popup|tooltip|shadow/.test(one.className))) {
      for (const part of pane.querySelectorAll("canvas, svg, img.leaflet-image-layer, .gt-place")) {
        const box = part.getBoundingClientRect();
        const place = [left + box.left - frame.left, top + box.top - frame.top, box.width, box.height];
        if (!box.width || !box.height) { continue; }
        if (part.classList.contains("gt-place")) {
          pen.fillStyle = part.firstElementChild ? part.firstElementChild.style.background : "#000";
          pen.fillRect(...place);
          continue;
        }
        pen.globalAlpha = part.tagName === "IMG" ? Number(getComputedStyle(part).opacity) : 1;
        pen.drawImage(part.tagName.toLowerCase() === "svg" ? await drawing(part) : part, ...place);
        pen.globalAlpha = 1;
      }
    }
    pen.restore();
  }

  // Text in lines no wider than `width`; Chinese breaks anywhere, other words at spaces.
  function lines(pen, text, width) {
    const out = [""];
    (text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/g) || []).forEach((word) => {
      if (out[out.length - 1] && pen.measureText(out[out.length - 1] + word).width > width) { out.push(""); }
      out[out.length - 1] += word;
    });
    return out;
  }

  function write(pen, text, x, y, width, font, colour) {
    pen.font = `${font} ${FONT}`;
    pen.fillStyle = colour;
    const rows = lines(pen, text.trim(), width);
    rows.forEach((row, k) => pen.fillText(row, x, y + (k + 1) * LINE - 5));
    return y + rows.length * LINE;
  }

  function swatch(pen, box, x, y) {
    pen.fillStyle = box.classList.contains("gt-hatch") ? gt.atlas.hatch() : box.style.background;
    pen.fillRect(x, y + 3, 26, 13);
    pen.strokeStyle = "#b8c1ca";
    pen.strokeRect(x + 0.5, y + 3.5, 26, 13);
  }

  // The symbol of an overlay, as atlas.js gives it: a path, a circle or a square in an 18 x 16 drawing.
  function symbol(pen, svg, x, y) {
    const shape = svg && svg.firstElementChild;
    if (!shape) { return; }
    const value = (name) => Number(shape.getAttribute(name)) || 0;
    const way = new Path2D(shape.getAttribute("d") || undefined);
    if (shape.tagName === "circle") { way.arc(value("cx"), value("cy"), value("r"), 0, 2 * Math.PI); }
    if (shape.tagName === "rect") { way.rect(value("x"), value("y"), value("width"), value("height")); }
    pen.save();
    pen.translate(x, y);
    pen.lineWidth = value("stroke-width") || 1;
    pen.setLineDash((shape.getAttribute("stroke-dasharray") || "").split(" ").filter(Boolean).map(Number));
    pen.strokeStyle = shape.getAttribute("stroke");
    pen.fillStyle = shape.getAttribute("fill");
    if (shape.getAttribute("fill") !== "none") { pen.fill(way); }
    pen.stroke(way);
    pen.restore();
  }

  function legend(pen, x, top) {
    const width = SIDE - 2 * PAD;
    let y = write(pen, at("gt-theme").innerText, x, top, width, "600 14px", "#1f2933") + 4;
    at("gt-legend").querySelectorAll("p").forEach((line) => { y = write(pen, line.innerText, x, y, width, "12px", "#52606d"); });
    at("gt-legend").querySelectorAll("li").forEach((row) => {
      const box = row.querySelector(".gt-swatch");
      if (!box) { return; }
      swatch(pen, box, x, y + 2);
      y = write(pen, box.nextElementSibling.innerText, x + 34, y + 2, width - 34, "12px", "#1f2933");
    });
    const visible = Array.from(document.querySelectorAll("#gt-layers input[type=checkbox]:checked"));
    visible.forEach((box) => {
      const name = box.nextElementSibling;
      symbol(pen, name.querySelector("svg"), x + 4, y + 3);
      y = write(pen, name.innerText, x + 34, y + 2, width - 34, "12px", "#1f2933");
    });
    return y;
  }

  async function draw(map) {
    const { width, height } = map.getContainer().getBoundingClientRect();
    const whole = SIDE + Math.max(width, 360);
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d");
    const title = Array.from(at("gt-header").querySelectorAll("h1 > span, h1 > small")).filter((one) => one.getClientRects().length);
    const head = title.map((one) => one.innerText.trim()).join(" · ");
    const note = ["gt-banner", "gt-headline"].map((id) => (at(id) ? at(id).innerText : "")).filter(Boolean);
    const credit = Array.from(at("gt-credit").children, (one) => one.innerText).join(" · ");
    pen.font = `12px ${FONT}`;
    const rows = (text) => lines(pen, text, whole - 2 * PAD).length;
    const top = 38 + note.reduce((sum, text) => sum + rows(text), 0) * LINE;
    const tall = Math.max(height, legend(pen, PAD, 0) + PAD);
    const bottom = rows(credit) * LINE + 10;
    const scale = Math.max(1, Math.min(2, window.devicePixelRatio || 1));
    canvas.width = Math.round(whole * scale);
    canvas.height = Math.round((top + tall + bottom) * scale);
    pen.scale(scale, scale);
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, whole, top + tall + bottom);
    let y = write(pen, head, PAD, 8, whole - 2 * PAD, "600 17px", "#1f2933") + 4;
    note.forEach((text) => { y = write(pen, text, PAD, y, whole - 2 * PAD, "12px", "#5c3b00"); });
    legend(pen, PAD, top + 4);
    await drawMap(pen, map, SIDE, top);
    write(pen, credit, PAD, top + tall + 4, whole - 2 * PAD, "12px", "#52606d");
    return canvas;
  }

  async function save(map) {
    const canvas = await draw(map);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    gt.files.save(blob, "map.png");
  }

  gt.picture = { draw: draw, save: save };
})(window.geotransfer = window.geotransfer || {});
