// The ranking as it stands in the page, as a CSV that spreadsheets read.
(function (gt) {
  "use strict";

  const BOM = "\ufeff"; // Excel reads UTF-8 only with it
  // As geotransfer/formulas.py has it: at the beginning, and behind what a spreadsheet may take for the end of a cell.
  const FORMULA = /(^|[;\t\r\n])( *'*)(?=[=+\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20])/g;
  const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

  // Text of the user's: a cell that a spreadsheet would run as a formula is made text by an apostrophe.
  function cell(value) {
    if (typeof value === "number") { return Number.isNaN(value) ? "" : String(value); }
    const safe = NUMBER.test(value) ? value : value.replace(FORMULA, "$1$2'");
    return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  }

  // Ranked zones, best first, with the scores and weights the sliders have.
  function csv(state) {
    const { zones, provinces } = state.data;
    const width = state.criteria.length;
    const head = ["rank", "zone", "name", "province", "score", ...state.criteria.map((one) => `score_${one.id}`), ...state.criteria.map((one) => `weight_${one.id}`)];
    const shares = Array.from(state.criteria.keys(), (c) => (state.shares ? state.shares[c] : 0));
    const rows = state.order.map((zone) => [
      state.rank[zone], zones.zone[zone], zones.name[zone], provinces.names[provinces.index[zone]], state.score[zone],
      ...Array.from({ length: width }, (_, c) => state.scores[zone * width + c]), ...shares
    ]);
    return BOM + [head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
  }

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function download(text, name) {
    save(new Blob([text], { type: "text/csv;charset=utf-8" }), name);
  }

  gt.files = { csv: csv, cell: cell, download: download, save: save };
})(window.geotransfer = window.geotransfer || {});
