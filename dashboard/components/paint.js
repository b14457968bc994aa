// Pixels from rows: counted where there are many, marks of their own where there are few.

const MOST_MARKS = 20000;
const SAMPLED = 250; // marks a category over counted pixels
const MISSING = 255; // the code of rows without a value

const SYMBOLS = {
  circle: (c, r) => c.arc(0, 0, r, 0, 2 * Math.PI),
  square: (c, r) => c.rect(-0.85 * r, -0.85 * r, 1.7 * r, 1.7 * r),
  diamond: (c, r) => polygon(c, r * 1.15, 4, 0),
  "triangle-up": (c, r) => polygon(c, r * 1.2, 3, 0),
  "triangle-down": (c, r) => polygon(c, r * 1.2, 3, Math.PI),
  pentagon: (c, r) => polygon(c, r * 1.1, 5, 0),
  hexagon: (c, r) => polygon(c, r * 1.1, 6, 0),
  star: (c, r) => star(c, r * 1.3),
  cross: (c, r) => cross(c, r * 1.1, 0),
  x: (c, r) => cross(c, r * 1.1, Math.PI / 4),
};

function polygon(c, r, n, turned) {
  for (let i = 0; i < n; i++) {
    const angle = turned - Math.PI / 2 + (2 * Math.PI * i) / n;
    c.lineTo(r * Math.cos(angle), r * Math.sin(angle));
  }
  c.closePath();
}

function star(c, r) {
  for (let i = 0; i < 10; i++) {
    const angle = -Math.PI / 2 + (Math.PI * i) / 5;
    const reach = i % 2 ? 0.45 * r : r;
    c.lineTo(reach * Math.cos(angle), reach * Math.sin(angle));
  }
  c.closePath();
}

function cross(c, r, turned) {
  const w = r / 3;
  const corners = [[-w, -r], [w, -r], [w, -w], [r, -w], [r, w], [w, w],
    [w, r], [-w, r], [-w, w], [-r, w], [-r, -w], [-w, -w]];
  const [cos, sin] = [Math.cos(turned), Math.sin(turned)];
  for (const [x, y] of corners) c.lineTo(x * cos - y * sin, x * sin + y * cos);
  c.closePath();
}

function sprite(colour, symbol, radius, ring) {
  const half = Math.ceil(radius * 1.4 + (ring ? 3 : 1));
  const canvas = new OffscreenCanvas(2 * half, 2 * half);
  const c = canvas.getContext("2d");
  c.translate(half, half);
  c.beginPath();
  (SYMBOLS[symbol] ?? SYMBOLS.circle)(c, radius);
  if (ring) {
    c.strokeStyle = ring;
    c.lineWidth = Math.max(2.2, radius / 2);
    c.stroke();
  }
  c.fillStyle = colour;
  c.fill();
  c.strokeStyle = colour;
  c.lineWidth = 0.6;
  c.stroke();
  return { canvas, half };
}

// Which rows lie in the plot, and at which pixel: the same until the window changes.
function rowsInView(scene, frame) {
  const { n, x, y } = scene.places;
  const { ax, bx, ay, by } = frame.fromGrid;
  const { width, height } = frame;
  scene.seen ??= {
    rows: new Int32Array(n), px: new Float32Array(n), py: new Float32Array(n),
  };
  const seen = scene.seen;
  const within = [ax, bx, ay, by, width, height].join();
  if (seen.within === within) return seen;
  let k = 0;
  for (let i = 0; i < n; i++) {
    const px = x[i] * ax + bx;
    if (!(px >= 0 && px < width)) continue;
    const py = y[i] * ay + by;
    if (!(py >= 0 && py < height)) continue;
    seen.rows[k] = i;
    seen.px[k] = px;
    seen.py[k++] = py;
  }
  seen.n = k;
  seen.within = within;
  return seen;
}

// How opaque a pixel is by how many rows fall on it, (most + 1,).
function opacities(counted, most, how, least) {
  const alpha = new Float32Array(most + 1);
  if (how === "equalised") {
    const sums = new Float64Array(most + 1);
    for (let p = 0; p < counted.length; p++) if (counted[p]) sums[counted[p]]++;
    for (let c = 1; c <= most; c++) sums[c] += sums[c - 1];
    for (let c = 1; c <= most; c++) alpha[c] = least + (1 - least) * (sums[c] / sums[most]);
  } else {
    const of = how === "linear" ? (c) => c : (c) => Math.log1p(c);
    for (let c = 1; c <= most; c++) alpha[c] = least + ((1 - least) * of(c)) / of(most);
  }
  return alpha;
}

function gridsFor(frame) {
  const size = frame.width * frame.height;
  if (!frame.grids || frame.grids.size !== size) {
    frame.grids = {
      size, counted: new Uint32Array(size), valued: new Uint32Array(size),
      greyed: new Uint32Array(size), selected: new Uint8Array(size),
      sums: [0, 1, 2].map(() => new Float32Array(size)),
    };
  }
  const g = frame.grids;
  for (const grid of [g.counted, g.valued, g.greyed, g.selected, ...g.sums]) grid.fill(0);
  return g;
}

function count(scene, frame, seen, grids) {
  const { width, height } = frame;
  const { counted, valued, greyed, selected, sums } = grids;
  const [red, green, blue] = sums;
  const dot = seen.n > 400000 ? 1 : seen.n > 100000 ? 2 : 3;
  const { codes, flags, lut } = scene;
  const counts = (seen.counts = new Float64Array(256)); // of rows that show, by code
  for (let j = 0; j < seen.n; j++) {
    const i = seen.rows[j];
    const x = seen.px[j] | 0;
    const y = seen.py[j] | 0;
    const flag = flags[i];
    const code = codes[i];
    if (flag & 1) counts[code]++;
    const xEnd = Math.min(width, x + dot);
    const yEnd = Math.min(height, y + dot);
    for (let v = y; v < yEnd; v++) {
      for (let u = x; u < xEnd; u++) {
        const p = v * width + u;
        if (!(flag & 1)) {
          greyed[p]++;
          continue;
        }
        counted[p]++;
        if (flag & 2) selected[p] = 1;
        if (scene.isContinuous) {
          if (code === MISSING) continue;
          valued[p]++;
          red[p] += code;
        } else {
          red[p] += lut[3 * code];
          green[p] += lut[3 * code + 1];
          blue[p] += lut[3 * code + 2];
        }
      }
    }
  }
}

function isEdge(selected, p, width, size) {
  return (p > 0 && selected[p - 1]) || (p + 1 < size && selected[p + 1]) ||
    (p >= width && selected[p - width]) || (p + width < size && selected[p + width]);
}

function paintCounts(context, scene, frame, seen) {
  const grids = gridsFor(frame);
  count(scene, frame, seen, grids);
  const { counted, valued, greyed, selected, sums, size } = grids;
  let most = 1;
  for (let p = 0; p < size; p++) if (counted[p] > most) most = counted[p];
  const alpha = opacities(counted, most, scene.look.density, scene.isContinuous ? 0.6 : 0.3);
  const image = context.createImageData(frame.width, frame.height);
  const out = image.data;
  const { lut, greyedColour, outlineColour } = scene;
  const opacity = scene.look.opacity;
  for (let p = 0; p < size; p++) {
    const n = counted[p];
    const o = 4 * p;
    if (n) {
      let at = -1;
      if (scene.isContinuous) at = 3 * (valued[p] ? Math.round(sums[0][p] / valued[p]) : MISSING);
      out[o] = at < 0 ? sums[0][p] / n : lut[at];
      out[o + 1] = at < 0 ? sums[1][p] / n : lut[at + 1];
      out[o + 2] = at < 0 ? sums[2][p] / n : lut[at + 2];
      out[o + 3] = 255 * (selected[p] ? 1 : alpha[n] * opacity);
    } else if (greyed[p]) {
      [out[o], out[o + 1], out[o + 2]] = greyedColour;
      out[o + 3] = Math.min(60, 22 + 8 * Math.log2(greyed[p]));
    }
    if (scene.nSelected && !selected[p] && isEdge(selected, p, frame.width, size)) {
      [out[o], out[o + 1], out[o + 2]] = outlineColour;
      out[o + 3] = 230;
    }
  }
  context.putImageData(image, 0, 0);
}

// A row is among the marks over counted pixels by a number of its own, so that those
// there stay while one comes nearer and more join them.
function sampled(i) {
  return Math.imul(i + 1, 2654435761) >>> 0;
}

function markRadius(scene, frame, n) {
  const own = scene.look.size || (n > 5000 ? 4 : n > 500 ? 5.5 : 7);
  return (own / 2) * frame.ratio;
}

// Marks by layer, what filters hide beneath, the commonest category next, and what is
// selected above all; over counted pixels a sample of each category alone.
function layersOf(scene, seen, isAll) {
  const last = scene.legend.length + 1;
  const layers = Array.from({ length: last + 1 }, () => []);
  const layer = new Uint8Array(256).fill(last - 1);
  const rarely = new Float64Array(256);
  scene.legend.forEach(({ code }, order) => {
    layer[code] = order + 1;
    rarely[code] = isAll ? 2 ** 32 : (SAMPLED / Math.max(1, seen.counts[code])) * 2 ** 32;
  });
  if (scene.isContinuous) rarely.fill(2 ** 32);
  for (let j = 0; j < seen.n; j++) {
    const i = seen.rows[j];
    const flag = scene.flags[i];
    const code = scene.codes[i];
    if (!isAll && (!(flag & 1) || sampled(i) >= rarely[code])) continue;
    if (flag & 1) layers[isAll && flag & 2 ? last : layer[code]].push(j);
    else layers[0].push(j);
  }
  return layers;
}

function paintMarks(context, scene, frame, seen, isAll) {
  const radius = markRadius(scene, frame, isAll ? seen.n : MOST_MARKS);
  const sprites = new Map();
  const spriteOf = (colour, symbol, ring) => {
    const key = `${colour}|${symbol}|${ring}`;
    if (!sprites.has(key)) sprites.set(key, sprite(colour, symbol, radius, ring));
    return sprites.get(key);
  };
  const symbols = new Array(256).fill("circle");
  symbols[MISSING] = "x";
  for (const { code, symbol } of scene.legend) symbols[code] = symbol;
  const layers = layersOf(scene, seen, isAll);
  layers.forEach((layer, order) => {
    const isGreyed = order === 0;
    const isSelected = order === layers.length - 1;
    const isFaint = scene.legend[order - 1]?.isFaint;
    context.globalAlpha = isGreyed ? 0.08 : isSelected ? 1
      : scene.look.opacity * (isFaint ? 0.6 : 1);
    for (const j of layer) {
      const code = scene.codes[seen.rows[j]];
      const one = isGreyed ? spriteOf(frame.textColour, "circle", "")
        : spriteOf(scene.css[code], symbols[code], isSelected ? scene.outlineCss : "");
      context.drawImage(
        one.canvas, Math.round(seen.px[j] - one.half), Math.round(seen.py[j] - one.half),
      );
    }
  });
  context.globalAlpha = 1;
}

function paintRows(context, scene, frame) {
  const seen = rowsInView(scene, frame);
  context.clearRect(0, 0, frame.width, frame.height);
  const isAll = seen.n <= MOST_MARKS;
  if (!isAll) paintCounts(context, scene, frame, seen);
  if (isAll || !scene.isContinuous) paintMarks(context, scene, frame, seen, isAll);
  return { n: seen.n, isAll };
}

// The row nearest to a pixel, and how far it is.
function nearestRow(scene, px, py) {
  const seen = scene.seen;
  let best = -1;
  let least = Infinity;
  for (let j = 0; j < (seen?.n ?? 0); j++) {
    const dx = seen.px[j] - px;
    const dy = seen.py[j] - py;
    // Rows that filters hide are reached where nothing else is near.
    const far = dx * dx + dy * dy + (scene.flags[seen.rows[j]] & 1 ? 0 : 9);
    if (far < least) {
      least = far;
      best = j;
    }
  }
  return { row: best < 0 ? -1 : seen.rows[best], far: Math.sqrt(least), at: best };
}
