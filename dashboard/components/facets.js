// The facet panel: a chart a column, whose bars are counts of rows and choose rows.
//
// All text comes from catalogs and is set as text, never as markup. What is chosen is
// told as {column, first_bin, last_bin}; the server makes a query of it.

const LAYERS = ["all", "shown", "selected"];
const SHORTEST_PX = 1.5;
const MOST_TICKS = 5;
const STEPS = [1, 2, 4, 5, 10, 20];
const LONGEST_TICK = 7;
const count = new Intl.NumberFormat("en");

export default function ({ parentElement, data, setTriggerValue }) {
  const panel = parentElement.querySelector(".panel") ?? element("div", "panel");
  if (!panel.isConnected) parentElement.append(panel);
  // What the server need not know outlives a redraw with the element itself.
  panel.local ??= { isLog: false };
  const local = panel.local;
  panel.style.setProperty("--selected", data.outlineColour);

  const choose = (facet, first, last) =>
    setTriggerValue("chosen", {
      column: facet.column, first_bin: first, last_bin: last,
    });

  const draw = () => {
    const focused = parentElement.activeElement?.dataset ?? {};
    const scrolled = new Map(
      [...panel.querySelectorAll(".rows")].map((e) => [e.dataset.column, e.scrollTop]),
    );
    const hint = element("div", "hint");
    hint.hidden = true;
    const key = keyLine(local, draw);
    const drawn = data.facets.map((facet) => facetSection(facet, local, choose, hint));
    panel.replaceChildren(key, ...drawn, hint);
    for (const rows of panel.querySelectorAll(".rows"))
      rows.scrollTop = scrolled.get(rows.dataset.column) ?? 0;
    if (focused.part !== undefined)
      [...panel.querySelectorAll("[data-part]")]
        .find((e) => e.dataset.part === focused.part && e.dataset.column === focused.column)
        ?.focus({ preventScroll: true });
  };
  draw();
}

function element(tag, names = "", text = null) {
  const made = document.createElement(tag);
  made.className = names;
  if (text !== null) made.textContent = text;
  return made;
}

// What the layers mean, and whether counts are drawn by their logarithms.
function keyLine(local, draw) {
  const line = element("div", "key");
  for (const name of LAYERS) {
    const item = element("span");
    item.append(element("span", `sign ${name}`), name);
    line.append(item);
  }
  const toggle = element("button", "", "log");
  toggle.type = "button";
  toggle.dataset.part = "log";
  toggle.title = "Draw counts on a logarithmic scale";
  toggle.setAttribute("aria-pressed", local.isLog);
  toggle.setAttribute("aria-label", toggle.title);
  toggle.onclick = () => {
    local.isLog = !local.isLog;
    draw();
  };
  line.append(toggle);
  return line;
}

function facetSection(facet, local, choose, hint) {
  const section = element("section", "facet");
  section.classList.toggle("narrowed", facet.chosen.length > 0);
  section.setAttribute("role", "group");
  section.setAttribute("aria-label", facet.column);
  section.dataset.column = facet.column;
  section.append(headLine(facet, choose));
  const bins = facet.bins.map((bin, place) => binButton(facet, place));
  section.append(...(facet.isHistogram ? histogram(facet, bins) : bars(facet, bins)));
  const size = scale(facet, local.isLog);
  bins.forEach((bin, place) => drawLayers(facet, bin, place, size));
  listen(facet, bins, choose, hint);
  return section;
}

function headLine(facet, choose) {
  const head = element("div", "head");
  const name = element("span", "name", facet.column);
  name.title = facet.column;
  head.append(name);
  if (facet.chosen.length > 0) {
    const chip = element("button", "chip");
    chip.type = "button";
    chip.dataset.part = "chip";
    chip.dataset.column = facet.column;
    chip.title = `${facet.chip}: click to clear`;
    chip.setAttribute("aria-label", `Clear ${facet.column}: ${facet.chip}`);
    chip.append(element("span", "", facet.chip), "✕");
    chip.onclick = () => choose(facet, -1, -1);
    head.append(chip);
  }
  return head;
}

function binButton(facet, place) {
  const bin = element("div", "bin");
  bin.setAttribute("role", "button");
  bin.setAttribute("aria-pressed", facet.chosen.includes(place));
  const counts = LAYERS.map((name) => `${count.format(facet[name][place])} ${name}`);
  bin.setAttribute("aria-label", `${facet.bins[place].label}: ${counts.join(", ")}`);
  // One stop of the tabulator a facet; arrows go on from there.
  bin.tabIndex = place === (facet.chosen[0] ?? 0) ? 0 : -1;
  bin.dataset.part = place;
  bin.dataset.column = facet.column;
  const colour = facet.bins[place].colour;
  if (colour !== null) bin.style.setProperty("--shown", colour);
  return bin;
}

// Upright bars between round numbers; missing values stand apart.
function histogram(facet, bins) {
  const chart = element("div", "chart");
  const ranges = element("div", "ranges");
  const axis = element("div", "axis");
  chart.append(ranges);
  const nInside = facet.nBelow + facet.edges.length - 1;
  bins.forEach((bin, place) => {
    bin.classList.add("upright");
    if (facet.bins[place].kind !== "range") {
      bin.classList.add("gone");
      chart.append(bin);
      chart.classList.add("has-missing");
      axis.classList.add("has-missing");
      return;
    }
    bin.classList.toggle("beyond", place < facet.nBelow || place >= nInside);
    ranges.append(bin);
  });
  axis.append(...ticks(facet, ranges.children.length));
  if (axis.classList.contains("has-missing"))
    axis.append(element("span", "gone special", "missing"));
  return [chart, axis];
}

// Return a few of the numbers between the bars: the roundest, or of long ones the ends.
function ticks(facet, nRanges) {
  const numbers = facet.edges.map(Number);
  const width = numbers[1] - numbers[0];
  const step = STEPS.find((n) => (numbers.length - 1) / n < MOST_TICKS) ?? numbers.length;
  const isLong = facet.edges.some((text) => text.length > LONGEST_TICK);
  return facet.edges.flatMap((text, number) => {
    const isRound = Math.round(numbers[number] / width) % step === 0;
    const isEnd = number === 0 || number === numbers.length - 1;
    if (isLong ? !isEnd : !isRound) return [];
    const tick = element("span", "", text);
    const share = (number + facet.nBelow) / nRanges;
    tick.style.left = `${share * 100}%`;
    tick.style.transform = `translateX(${share < 0.03 ? 0 : share > 0.97 ? -100 : -50}%)`;
    return [tick];
  });
}

// Bars that lie, a line a value.
function bars(facet, bins) {
  const rows = element("div", "rows");
  rows.dataset.column = facet.column;
  bins.forEach((bin, place) => {
    const { kind, label } = facet.bins[place];
    const name = element("span", "label", label);
    name.classList.toggle("special", kind !== "value");
    bin.append(
      name, element("span", "track"),
      element("span", "count", count.format(facet.shown[place])),
    );
    rows.append(bin);
  });
  return [rows];
}

// Return how much of its room a count takes, above 1 where the scale cannot hold it.
function scale(facet, isLog) {
  const of = (n) => (isLog ? Math.log1p(n) : n);
  // Rows without a value are often most; the others must be told apart all the same.
  const drawn = facet.all.filter(
    (n, place) => !facet.isHistogram || facet.bins[place].kind === "range",
  );
  const most = Math.max(1, ...drawn);
  return (n) => of(n) / of(most);
}

function drawLayers(facet, bin, place, size) {
  const isUpright = bin.classList.contains("upright");
  const room = isUpright ? bin : bin.querySelector(".track");
  for (const name of LAYERS) {
    const n = facet[name][place];
    if (n === 0) continue;
    const layer = element("i", name);
    const share = `max(${SHORTEST_PX}px, ${Math.min(1, size(n)) * 100}%)`;
    layer.style[isUpright ? "height" : "width"] = share;
    room.append(layer);
  }
  bin.classList.toggle("cut", size(facet.all[place]) > 1);
}

// Click or Enter chooses a bar, a drag or Shift and arrows a range of a histogram.
function listen(facet, bins, choose, hint) {
  const isRange = (place) => facet.bins[place]?.kind === "range";
  let start = null;
  let end = null;
  const mark = () =>
    bins.forEach((bin, place) => {
      const [low, high] = [Math.min(start, end), Math.max(start, end)];
      bin.classList.toggle("ranged", start !== null && low <= place && place <= high);
    });
  const forget = () => {
    start = end = null;
    mark();
  };
  const finish = () => {
    // The mark stays until the server has answered with a new picture.
    choose(facet, Math.min(start, end), Math.max(start, end));
    start = end = null;
  };
  const under = (x) =>
    bins.findIndex((bin, place) => {
      const box = bin.getBoundingClientRect();
      return isRange(place) && box.left <= x && x <= box.right;
    });

  bins.forEach((bin, place) => {
    bin.onpointerdown = (event) => {
      if (event.button !== 0) return;
      start = end = place;
      bin.setPointerCapture(event.pointerId);
      mark();
    };
    bin.onpointermove = (event) => {
      if (start === null || !isRange(start)) return;
      const found = under(event.clientX);
      if (found < 0) return;
      end = found;
      mark();
      showHint(facet, bins[end], end, hint);
    };
    bin.onpointerup = () => start !== null && finish();
    bin.onpointercancel = forget;
    bin.onpointerenter = bin.onfocus = () => showHint(facet, bin, place, hint);
    bin.onpointerleave = bin.onblur = () => (hint.hidden = true);
    bin.onkeydown = (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (step !== undefined) {
        const next = place + step;
        if (bins[next] === undefined) return;
        if (event.shiftKey && isRange(place) && isRange(next)) {
          start ??= place;
          end = next;
          mark();
        } else forget();
        bins[next].focus();
      } else if (event.key === "Enter" || event.key === " ") {
        if (start === null) start = end = place;
        finish();
      } else if (event.key === "Escape") {
        if (start === null && facet.chosen.length > 0) choose(facet, -1, -1);
        forget();
      } else return;
      event.preventDefault();
    };
  });
}

function showHint(facet, bin, place, hint) {
  hint.replaceChildren(element("b", "", facet.bins[place].label));
  for (const name of LAYERS) {
    const line = element("div");
    line.append(
      element("span", "", name), element("span", "", count.format(facet[name][place])),
    );
    hint.append(line);
  }
  hint.hidden = false;
  const panel = hint.parentElement.getBoundingClientRect();
  const box = bin.getBoundingClientRect();
  const middle = box.left + Math.min(box.width, 160) / 2 - panel.left;
  const left = Math.min(middle - hint.offsetWidth / 2, panel.width - hint.offsetWidth);
  hint.style.left = `${Math.max(0, left)}px`;
  // Beneath, so that it hides no bar that a person may want next to it.
  hint.style.top = `${box.bottom - panel.top + 18}px`;
}
