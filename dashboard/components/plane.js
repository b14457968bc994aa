// A plane of rows that a person colours, zooms, and outlines. One of two parts of a page:
// "places" keeps where rows lie, so that they are sent once; "picture" shows them.

const PICKED_WITHIN = 12; // pixels
const STILL = 4; // pixels that a pointer may move in a click
const MOST_CORNERS = 1500;
const WINDOW_AFTER = 500; // ms of rest before the server is told what is in view
// Where drawing takes longer than this, what was drawn is moved along, and drawn anew
// after so much rest.
const SLOW = 24; // ms
const DRAWN_AFTER = 90; // ms

export default function ({ data, parentElement, setTriggerValue }) {
  const kind = new TextDecoder().decode(data.subarray(0, 1));
  const packed = data.slice(1);
  if (kind === "h") {
    parentElement.querySelector(".plane")?.remove();
    hold(packed);
    return;
  }
  const root = parentElement.querySelector(".plane");
  if (parentElement.plane?.root !== root) parentElement.plane = new Plane(root);
  parentElement.plane.tell = setTriggerValue;
  parentElement.plane.show(packed);
}

class Plane {
  constructor(root) {
    this.root = root;
    this.rows = root.querySelector(".rows");
    this.over = root.querySelector(".over");
    this.words = root.querySelector(".words");
    this.hover = root.querySelector(".hover");
    this.legend = root.querySelector(".legend");
    this.turn = 0;
    this.tool = "lasso";
    this.pointer = { path: [], isBox: false, over: null };
    this.frame = {};
    for (const button of root.querySelectorAll("[data-tool]")) {
      button.addEventListener("click", () => this.use(button.dataset.tool));
    }
    for (const button of root.querySelectorAll("[data-do]")) {
      button.addEventListener("click", () => this[button.dataset.do]());
    }
    this.listen();
    new ResizeObserver(() => this.scene && this.isResized() && this.draw()).observe(root);
    this.use("lasso");
  }

  listen() {
    const on = (name, act, options) => this.over.addEventListener(name, act, options);
    on("pointerdown", (event) => this.press(event));
    on("pointermove", (event) => this.drag(event));
    on("pointerup", (event) => this.release(event));
    on("pointercancel", () => this.rest());
    on("pointerleave", () => this.point(null));
    on("dblclick", () => this.fit());
    on("wheel", (event) => {
      event.preventDefault();
      this.zoom(1.0015 ** event.deltaY, this.at(event));
    }, { passive: false });
    on("keydown", (event) => this.key(event));
  }

  async show(packed) {
    const turn = ++this.turn;
    const [header, [codes, shown, selected, texts]] = await unpacked(packed);
    const places = await placesNamed(header.places);
    if (turn !== this.turn) return; // a later picture is on its way
    const isSamePlane = this.scene?.round === header.round;
    const seen = this.scene?.places === places ? this.scene.seen : undefined;
    const flags = new Uint8Array(places.n);
    for (let i = 0; i < places.n; i++) flags[i] = bit(shown, i) | (bit(selected, i) << 1);
    this.scene = {
      ...header, places, codes, flags, seen,
      texts: texts.length ? new TextDecoder().decode(texts).split("\n") : null,
      lut: Uint8Array.from(header.lut.flat()),
      css: header.lut.map(([r, g, b]) => `rgb(${r},${g},${b})`),
      outlineCss: `rgb(${header.outlineColour})`,
    };
    if (!isSamePlane) this.window = header.window ?? null;
    this.root.style.setProperty("--plane-height", `${header.height}px`);
    this.draw();
    if (!header.isSmall) this.showColours();
    this.root.dataset.version = header.version;
  }

  // Where things are: pixels of the canvas for rows, those of the page for the rest.
  laidOut() {
    const cssWidth = Math.max(120, this.over.clientWidth);
    const cssHeight = Math.max(120, this.over.clientHeight);
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const { left, top, right, bottom } = MARGIN;
    const plotWidth = cssWidth - left - right;
    const plotHeight = cssHeight - top - bottom;
    const style = getComputedStyle(this.root);
    const [width, height] = [Math.round(plotWidth * ratio), Math.round(plotHeight * ratio)];
    const frame = {
      grids: this.frame.grids, ratio, cssWidth, cssHeight, left, top, plotWidth, plotHeight,
      width, height, textColour: style.color, font: style.fontFamily,
      ground: style.getPropertyValue("--st-background-color") || "white",
    };
    this.window ??= this.whole(frame);
    const [x0, x1, y0, y1] = (frame.window = this.window);
    frame.toX = (x) => left + ((x - x0) / (x1 - x0)) * plotWidth;
    frame.toY = (y) => top + plotHeight - ((y - y0) / (y1 - y0)) * plotHeight;
    frame.fromX = (px) => x0 + ((px - left) / plotWidth) * (x1 - x0);
    frame.fromY = (py) => y0 + ((top + plotHeight - py) / plotHeight) * (y1 - y0);
    const [e0, e1, f0, f1] = this.scene.places.extent;
    const [dx, dy] = [(e1 - e0) / (GRID - 1), (f1 - f0) / (GRID - 1)];
    frame.fromGrid = {
      ax: (dx / (x1 - x0)) * width, bx: ((e0 - x0) / (x1 - x0)) * width,
      ay: (-dy / (y1 - y0)) * height, by: height - ((f0 - y0) / (y1 - y0)) * height,
    };
    return frame;
  }

  // The window that shows all, a little wider; with one scale where distances count.
  whole(frame) {
    const [e0, e1, f0, f1] = this.scene.axes.shown ?? this.scene.places.extent;
    let [w, h] = [(e1 - e0) * 0.53 || 1, (f1 - f0) * 0.53 || 1];
    const [x, y] = [(e0 + e1) / 2, (f0 + f1) / 2];
    if (this.scene.axes.isEqual) {
      const scale = Math.max(w / frame.plotWidth, h / frame.plotHeight);
      [w, h] = [scale * frame.plotWidth, scale * frame.plotHeight];
    }
    const [flipX, flipY] = this.scene.axes.isFlipped;
    return [
      x - (flipX ? -w : w), x + (flipX ? -w : w), y - (flipY ? -h : h), y + (flipY ? -h : h),
    ];
  }

  isResized() {
    const { clientWidth, clientHeight } = this.over;
    return clientWidth !== this.drawnSize?.[0] || clientHeight !== this.drawnSize[1];
  }

  draw() {
    if (!this.over.clientWidth) return; // in a part of the page that is folded
    clearTimeout(this.drawsLater);
    this.drawsLater = 0;
    const frame = (this.frame = this.laidOut());
    this.drawnSize = [this.over.clientWidth, this.over.clientHeight];
    const { rows, over } = this;
    if (rows.width !== frame.width || rows.height !== frame.height) {
      [rows.width, rows.height] = [frame.width, frame.height];
    }
    Object.assign(rows.style, {
      left: `${frame.left}px`, top: `${frame.top}px`,
      width: `${frame.plotWidth}px`, height: `${frame.plotHeight}px`,
    });
    const [w, h] = [Math.round(frame.cssWidth * frame.ratio), Math.round(frame.cssHeight * frame.ratio)];
    if (over.width !== w || over.height !== h) [over.width, over.height] = [w, h];
    const started = performance.now();
    const drawn = paintRows(rows.getContext("2d"), this.scene, frame);
    const isSlow = performance.now() - started > SLOW;
    this.last = isSlow ? { fromGrid: frame.fromGrid, canvas: copyOf(rows) } : null;
    this.isMoved = false;
    this.drawOver();
    const of = this.scene.places.n.toLocaleString("en");
    this.words.textContent = `${drawn.n.toLocaleString("en")} of ${of} rows in view, ` +
      (drawn.isAll ? "each a mark" : "counted by pixel; come nearer for marks");
    this.root.dataset.window = JSON.stringify(frame.window);
    this.root.dataset.plot = JSON.stringify(
      [frame.left, frame.top, frame.plotWidth, frame.plotHeight],
    );
    this.root.dataset.drawn = Number(this.root.dataset.drawn ?? 0) + 1;
  }

  // Where everything comes to lie, from what was drawn last.
  move() {
    const { width, height, fromGrid: to } = this.frame;
    const { canvas, fromGrid: from } = this.last;
    const [across, down] = [to.ax / from.ax, to.ay / from.ay];
    const context = this.rows.getContext("2d");
    context.clearRect(0, 0, width, height);
    context.drawImage(
      canvas, to.bx - from.bx * across, to.by - from.by * down,
      canvas.width * across, canvas.height * down,
    );
    this.isMoved = true;
    this.drawOver();
  }

  drawOver() {
    const context = this.over.getContext("2d");
    context.setTransform(this.frame.ratio, 0, 0, this.frame.ratio, 0, 0);
    paintOver(context, this.scene, this.frame, this.pointer);
  }

  soon(draw) {
    if (this.waits) return;
    this.waits = requestAnimationFrame(() => {
      this.waits = 0;
      draw();
    });
  }

  at(event) {
    const box = this.over.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  press(event) {
    if (event.button !== 0 || !this.scene) return;
    this.over.setPointerCapture(event.pointerId);
    this.start = this.at(event);
    this.isFar = false; // a drag that comes back to its start is no click
    this.startWindow = [...this.frame.window];
    this.isPanning = this.tool === "pan" || event.shiftKey;
    this.pointer.isBox = this.tool === "box";
    this.pointer.path = [this.start];
  }

  drag(event) {
    if (!this.scene) return;
    const at = this.at(event);
    if (!this.start) {
      this.soon(() => this.point(at));
      return;
    }
    const [x, y] = this.start;
    this.isFar ||= Math.hypot(at[0] - x, at[1] - y) >= STILL;
    if (this.isPanning) {
      this.pan(at[0] - x, at[1] - y, this.startWindow);
      return;
    }
    if (this.pointer.isBox) this.pointer.path = [[x, y], [at[0], y], at, [x, at[1]]];
    else this.pointer.path.push(at);
    this.soon(() => this.drawOver());
  }

  release(event) {
    if (!this.start) return;
    const at = this.at(event);
    const path = this.pointer.path;
    if (!this.isFar) this.pick(at);
    else if (!this.isPanning && path.length > 2) this.outline(path);
    this.rest();
  }

  rest() {
    this.start = null;
    this.pointer.path = [];
    this.drawOver();
  }

  outline(path) {
    const every = Math.ceil(path.length / MOST_CORNERS);
    const corners = path.filter((_, i) => i % every === 0)
      .map(([x, y]) => [this.frame.fromX(x), this.frame.fromY(y)]);
    this.tell("outlined", corners);
  }

  pick(at) {
    if (this.isMoved) this.draw();
    const { left, top, ratio } = this.frame;
    const near = nearestRow(this.scene, (at[0] - left) * ratio, (at[1] - top) * ratio);
    if (near.row >= 0 && near.far <= PICKED_WITHIN * ratio) this.tell("picked", near.row);
    else this.tell("placed", [this.frame.fromX(at[0]), this.frame.fromY(at[1])]);
  }

  point(at) {
    if (!this.scene || !this.frame.window || this.isMoved) return;
    const { left, top, ratio } = this.frame;
    const near = at && nearestRow(this.scene, (at[0] - left) * ratio, (at[1] - top) * ratio);
    const isOver = near && near.row >= 0 && near.far <= PICKED_WITHIN * ratio;
    const { seen } = this.scene;
    this.pointer.over = isOver
      ? { x: left + seen.px[near.at] / ratio, y: top + seen.py[near.at] / ratio } : null;
    this.hover.hidden = !isOver;
    if (isOver) {
      this.hover.textContent = this.about(near.row);
      const { x, y } = this.pointer.over;
      const isRight = x > this.frame.cssWidth / 2;
      this.hover.style.left = isRight ? "" : `${x + 14}px`;
      this.hover.style.right = isRight ? `${this.frame.cssWidth - x + 14}px` : "";
      this.hover.style.top = `${y + 10}px`;
    }
    this.drawOver();
  }

  about(row) {
    const { texts, codes, legend, isContinuous, scale, flags, title } = this.scene;
    const code = codes[row];
    const value = isContinuous
      ? (code === MISSING ? "no value" : valueText(scale, code))
      : legend.find((one) => one.code === code)?.name ?? "";
    const lines = texts ? texts[row].split("\t") : [];
    if (!(flags[row] & 1)) lines.push("filtered out");
    if (!texts) lines.push("click to see the object");
    return [...lines, `${title}: ${value}`].join("\n");
  }

  use(tool) {
    this.tool = tool;
    this.over.style.cursor = tool === "pan" ? "grab" : "crosshair";
    for (const button of this.root.querySelectorAll("[data-tool]")) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    }
  }

  key(event) {
    const { plotWidth, plotHeight } = this.frame;
    const acts = {
      "+": () => this.nearer(), "=": () => this.nearer(), "-": () => this.farther(),
      0: () => this.fit(), Escape: () => this.rest(),
      ArrowLeft: () => this.pan(plotWidth / 8, 0), ArrowRight: () => this.pan(-plotWidth / 8, 0),
      ArrowUp: () => this.pan(0, plotHeight / 8), ArrowDown: () => this.pan(0, -plotHeight / 8),
    };
    const act = acts[event.key];
    if (!act || !this.scene) return;
    event.preventDefault();
    event.stopPropagation(); // with the page, arrows lead to the next object
    act();
  }

  nearer() {
    this.zoom(1 / 1.5);
  }

  farther() {
    this.zoom(1.5);
  }

  zoom(by, at) {
    if (!this.scene) return;
    const { left, top, plotWidth, plotHeight, window: [x0, x1, y0, y1] } = this.frame;
    const [px, py] = at ?? [left + plotWidth / 2, top + plotHeight / 2];
    const [x, y] = [this.frame.fromX(px), this.frame.fromY(py)];
    const [e0, e1] = this.scene.places.extent;
    const wide = (Math.abs(x1 - x0) * by) / Math.abs(e1 - e0 || 1);
    if (wide > 8 || wide < 1e-3) return; // beyond lies nothing, or the grid of places
    this.look([x + (x0 - x) * by, x + (x1 - x) * by, y + (y0 - y) * by, y + (y1 - y) * by]);
  }

  pan(dx, dy, from = this.frame.window) {
    const [x0, x1, y0, y1] = from;
    const { plotWidth, plotHeight } = this.frame;
    const [x, y] = [(dx / plotWidth) * (x1 - x0), (dy / plotHeight) * (y1 - y0)];
    this.look([x0 - x, x1 - x, y0 + y, y1 + y]);
  }

  fit() {
    this.look(null);
  }

  look(window) {
    this.window = window;
    this.frame = this.laidOut(); // what comes before the next frame goes on from here
    this.pointer.over = null;
    this.hover.hidden = true;
    clearTimeout(this.drawsLater);
    if (this.last) {
      this.soon(() => this.drawsLater && this.move());
      this.drawsLater = setTimeout(() => this.draw(), DRAWN_AFTER);
    } else {
      this.soon(() => this.draw());
    }
    clearTimeout(this.later);
    this.later = setTimeout(() => this.tell("viewed", window), WINDOW_AFTER);
  }

  showColours() {
    listColours(this.legend, this.scene, (code) => this.tell("toggled", code));
  }

  async picture() {
    if (this.isMoved) this.draw();
    const canvas = pictureOf(this);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await canvas.convertToBlob({ type: "image/png" }));
    link.download = `${this.scene.file}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }
}

function copyOf(canvas) {
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  if (canvas.width && canvas.height) copy.getContext("2d").drawImage(canvas, 0, 0);
  return copy;
}
