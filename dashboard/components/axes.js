// What lies over the rows: axes, lines of the literature, outlines, what is pointed at.

const MARGIN = { left: 54, right: 10, top: 10, bottom: 40 };

function ticksOf(low, high, most) {
  const span = Math.abs(high - low) || 1;
  const rough = span / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= rough) ?? 10);
  const first = Math.ceil(Math.min(low, high) / step);
  const last = Math.floor(Math.max(low, high) / step);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks = [];
  for (let t = first; t <= last; t++) ticks.push([t * step, (t * step).toFixed(digits)]);
  return ticks;
}

function paintAxes(c, scene, frame) {
  const { left, top, plotWidth, plotHeight } = frame;
  c.fillStyle = c.strokeStyle = frame.textColour;
  c.font = `12px ${frame.font}`;
  c.textAlign = "center";
  c.textBaseline = "top";
  c.globalAlpha = 0.75;
  if (scene.axes.hasTicks) {
    const [x0, x1, y0, y1] = frame.window;
    for (const [value, text] of ticksOf(x0, x1, plotWidth / 90)) {
      const x = frame.toX(value);
      c.fillRect(x, top + plotHeight, 1, 4);
      c.fillText(text, x, top + plotHeight + 6);
    }
    c.textAlign = "right";
    c.textBaseline = "middle";
    for (const [value, text] of ticksOf(y0, y1, plotHeight / 60)) {
      const y = frame.toY(value);
      c.fillRect(left - 4, y, 4, 1);
      c.fillText(text, left - 7, y);
    }
    c.globalAlpha = 0.35;
    c.strokeRect(left + 0.5, top + 0.5, plotWidth - 1, plotHeight - 1);
  }
  c.globalAlpha = 0.9;
  c.textAlign = "center";
  c.textBaseline = "bottom";
  c.fillText(scene.axes.names[0], left + plotWidth / 2, frame.cssHeight - 2);
  c.save();
  c.translate(12, top + plotHeight / 2);
  c.rotate(-Math.PI / 2);
  c.fillText(scene.axes.names[1], 0, 4);
  c.restore();
  if (scene.isSimulated) {
    c.fillStyle = "#B06A00";
    c.textAlign = "right";
    c.textBaseline = "top";
    c.fillText("Simulated data", left + plotWidth - 6, top + 5);
  }
  c.globalAlpha = 1;
}

function clipped(c, frame, draw) {
  c.save();
  c.beginPath();
  c.rect(frame.left, frame.top, frame.plotWidth, frame.plotHeight);
  c.clip();
  draw();
  c.restore();
}

function trace(c, frame, corners, isClosed) {
  c.beginPath();
  let isBroken = true;
  for (const corner of corners) {
    if (corner && isBroken) c.moveTo(frame.toX(corner[0]), frame.toY(corner[1]));
    else if (corner) c.lineTo(frame.toX(corner[0]), frame.toY(corner[1]));
    isBroken = !corner;
  }
  if (isClosed) c.closePath();
  c.stroke();
}

// Words over rows are read against the ground of the page.
function haloed(c, frame, words, at) {
  c.save();
  c.setLineDash([]);
  c.strokeStyle = frame.ground;
  c.lineWidth = 4;
  c.lineJoin = "round";
  c.strokeText(words, ...at);
  c.restore();
}

function paintGuides(c, scene, frame) {
  c.lineWidth = 1.4;
  c.strokeStyle = c.fillStyle = frame.textColour;
  c.font = `11px ${frame.font}`;
  c.textAlign = "left";
  c.textBaseline = "bottom";
  scene.guides.forEach((guide, order) => {
    c.globalAlpha = guide.isFaint ? 0.18 : 0.75;
    c.setLineDash(guide.isFaint ? [] : [6, 4]);
    trace(c, frame, guide.line, false);
    // Names stand apart from each other; those of a net at its rim.
    const along = guide.isFaint ? [...guide.line].reverse() : guide.line;
    const from = guide.isFaint ? 0 : ((order % 3) * frame.plotWidth) / 3;
    const inside = along.find((place) => {
      if (!place) return false;
      const [px, py] = [frame.toX(place[0]) - frame.left, frame.toY(place[1]) - frame.top];
      return px >= from && px < 0.95 * frame.plotWidth && py > 14 && py < frame.plotHeight;
    });
    if (!inside) return;
    const at = [frame.toX(inside[0]) + 4, frame.toY(inside[1]) - 3];
    if (!guide.isFaint) haloed(c, frame, guide.name, at);
    c.fillText(guide.name, ...at);
  });
  c.setLineDash([]);
  c.globalAlpha = 1;
}

function paintOver(c, scene, frame, pointer) {
  c.clearRect(0, 0, frame.cssWidth, frame.cssHeight);
  paintAxes(c, scene, frame);
  clipped(c, frame, () => {
    paintGuides(c, scene, frame);
    c.strokeStyle = scene.outlineCss;
    c.lineWidth = 2;
    for (const outline of scene.outlines) trace(c, frame, outline, true);
    if (pointer.path.length > 1) {
      c.beginPath();
      pointer.path.forEach(([x, y]) => c.lineTo(x, y));
      if (pointer.isBox) c.closePath();
      c.stroke();
    }
    if (pointer.over) {
      c.strokeStyle = frame.textColour;
      c.beginPath();
      c.arc(pointer.over.x, pointer.over.y, 7, 0, 2 * Math.PI);
      c.stroke();
    }
    for (const [x, y] of scene.opened) {
      c.strokeStyle = frame.textColour;
      c.lineWidth = 2;
      c.beginPath();
      c.arc(frame.toX(x), frame.toY(y), 10, 0, 2 * Math.PI);
      c.moveTo(frame.toX(x) - 16, frame.toY(y));
      c.lineTo(frame.toX(x) + 16, frame.toY(y));
      c.moveTo(frame.toX(x), frame.toY(y) - 16);
      c.lineTo(frame.toX(x), frame.toY(y) + 16);
      c.stroke();
    }
  });
}
