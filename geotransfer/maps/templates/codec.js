// Reads what topology.py writes: shared arcs as LEB128 varints in base64, and plain arrays in base64.
(function (gt) {
  "use strict";

  function bytes(text) {
    const raw = atob(text);
    const out = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i += 1) { out[i] = raw.charCodeAt(i); }
    return out;
  }

  function reader(text) {
    const raw = bytes(text);
    let at = 0;
    return function next() {
      let value = 0;
      let scale = 1;
      let byte;
      do {
        byte = raw[at];
        at += 1;
        value += (byte & 127) * scale;
        scale *= 128;
      } while (byte > 127);
      return value;
    };
  }

  function signed(value) {
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  // Each arc is a list of [lat, lon].
  function arcs(topology) {
    const next = reader(topology.arcs);
    const all = [];
    let startX = 0;
    let startY = 0;
    for (let i = 0; i < topology.count; i += 1) {
      const length = next();
      const arc = new Array(length);
      let x = startX;
      let y = startY;
      for (let j = 0; j < length; j += 1) {
        x += signed(next());
        y += signed(next());
        if (j === 0) { startX = x; startY = y; }
        arc[j] = [topology.origin[1] + y * topology.quantum, topology.origin[0] + x * topology.quantum];
      }
      all.push(arc);
    }
    return all;
  }

  // Shapes as Leaflet wants them (shape -> polygon -> ring -> [lat, lon]), and how many rings use each arc.
  function decode(topology) {
    const known = arcs(topology);
    const used = new Uint16Array(known.length);
    const next = reader(topology.shapes);
    const list = (make) => Array.from({ length: next() }, make);
    function ring() {
      const points = [];
      for (let left = next(); left > 0; left -= 1) {
        const code = next();
        const index = Math.floor(code / 2);
        const arc = code % 2 ? known[index].slice().reverse() : known[index];
        used[index] += 1;
        for (let j = 0; j < arc.length - 1; j += 1) { points.push(arc[j]); }
      }
      return points;
    }
    const shapes = [];
    for (let i = 0; i < topology.size; i += 1) { shapes.push(list(() => list(ring))); }
    return { shapes: shapes, arcs: known, used: used };
  }

  gt.codec = {
    reader: reader,
    decode: decode,
    float64: (text) => new Float64Array(bytes(text).buffer),
    float32: (text) => new Float32Array(bytes(text).buffer),
    int32: (text) => new Int32Array(bytes(text).buffer)
  };
})(window.geotransfer = window.geotransfer || {});
