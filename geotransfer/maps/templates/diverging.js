// Layers of a difference to the origin: classes from 0 both ways, blue for the better side, orange for the worse.
(function (gt) {
  "use strict";
  const { words, both, number } = gt.text;
  const BETTER = ["#c6dbef", "#6baed6", "#2166ac"]; // safe for the colour-blind
  const WORSE = ["#fee0b6", "#f1a340", "#b35806"];
  const MIDDLE = "#f6f0c4";
  const NEAR = 0.01; // of the largest difference: about 0
  const NOISE = 1e-9; // rounding leaves some 1e-15 of what should be 0
  const WORDS = {
    about: { zh: "约为 0", en: "about 0" },
    sides: { zh: "0 居中: 蓝色优于原址, 橙色劣于原址; 两侧同级等距", en: "Centred on 0: blue is better than the origin, orange worse; same bounds both ways" }
  };

  function bounds(values) {
    const sizes = Array.from(values).filter((value) => !Number.isNaN(value)).map(Math.abs);
    const near = Math.max(NOISE, NEAR * sizes.reduce((a, b) => Math.max(a, b), 0));
    return { near: near, breaks: gt.scoring.quantileBreaks(sizes.filter((size) => size > near), 3) };
  }

  const signed = (value) => (value > NOISE ? `+${number(value, 3)}` : value < -NOISE ? `−${number(-value, 3)}` : "0");

  function side(breaks, near, sign, better) {
    const colours = (sign > 0) === (better === "more") ? BETTER : WORSE;
    let low = near;
    return breaks.map((high, k) => {
      const ends = [sign * low, sign * high].sort((a, b) => a - b);
      low = high;
      return { colour: colours[3 - breaks.length + k], label: `${signed(ends[0])} – ${signed(ends[1])}`, count: 0 };
    });
  }

  function legend(state, values, better) {
    const { statuses, zones: { status: letters } } = state.data;
    const { near, breaks } = bounds(values.filter((_, zone) => letters[zone] !== "e"));
    const up = side(breaks, near, 1, better);
    const down = side(breaks, near, -1, better);
    const middle = document.createElement("span");
    middle.append(both(WORDS.about), near > NOISE ? ` (±${number(near, 2)})` : "");
    const zero = { colour: MIDDLE, label: middle, count: 0 };
    const excluded = { colour: gt.atlas.colours.excluded, label: both(statuses.e), count: 0 };
    const unknown = { colour: null, label: both(statuses.u), count: 0 };
    const of = Array.from(values, (value, zone) => {
      if (letters[zone] === "e") { return excluded; }
      if (Number.isNaN(value)) { return unknown; }
      if (Math.abs(value) <= near) { return zero; }
      return (value > 0 ? up : down)[gt.scoring.classOf(Math.abs(value), breaks)];
    });
    return { of: of, entries: [...up.reverse(), zero, ...down, excluded, unknown] };
  }

  function theme(state, measure) {
    const values = gt.codec.float64(measure.values);
    return {
      id: measure.id,
      title: measure.title,
      lines: () => [both(measure.unit), both(WORDS.sides)],
      legend: () => legend(state, values, measure.better)
    };
  }

  gt.diverging = { theme: theme, bounds: bounds, signed: signed };
})(window.geotransfer = window.geotransfer || {});
