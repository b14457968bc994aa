// What the colours of a plane say: categories to be hidden and shown, or a scale.

function listColours(legend, scene, toggle) {
  const { isContinuous, scale, title, nGreyed: greyed, nMissing: missing } = scene;
  const head = document.createElement("span");
  head.className = "title";
  head.textContent = title;
  legend.replaceChildren(head);
  if (isContinuous) legend.append(scaleBar(scale, scene.css));
  for (const one of scene.legend) legend.append(entry(one, toggle));
  if (missing && isContinuous) legend.append(said(`no value ${missing.toLocaleString("en")}`));
  if (greyed) legend.append(said(`filtered out ${greyed.toLocaleString("en")}`));
}

function said(text) {
  const span = document.createElement("span");
  span.className = "said";
  span.textContent = text;
  return span;
}

function entry(one, toggle) {
  const button = document.createElement("button");
  const swatch = document.createElement("canvas");
  swatch.width = swatch.height = 28;
  const mark = sprite(one.colour, one.symbol, 9, "");
  swatch.getContext("2d").drawImage(mark.canvas, 14 - mark.half, 14 - mark.half);
  const name = document.createElement("span");
  name.textContent = `${one.name} ${one.n_rows.toLocaleString("en")}`;
  button.append(swatch, name);
  button.title = one.isHidden ? "Show again" : "Hide";
  button.setAttribute("aria-pressed", String(!one.isHidden));
  button.addEventListener("click", () => toggle(one.code));
  return button;
}

function scaleBar({ low, high, isLog, known }, css) {
  const bar = document.createElement("span");
  bar.className = "scale";
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [254, 10];
  const context = canvas.getContext("2d");
  for (let code = 0; code < 254; code++) {
    context.fillStyle = css[code];
    context.fillRect(code, 0, 1, 10);
  }
  bar.append(said(shortText(low)), canvas,
    said(`${shortText(high)}${isLog ? ", log" : ""} · ${known.toLocaleString("en")}`));
  return bar;
}

function shortText(value) {
  return Number.isInteger(value) ? value.toLocaleString("en") : String(Number(value.toPrecision(4)));
}

function valueText({ low, high, isLog }, code) {
  const share = code / 253;
  const value = isLog ? low * (high / low) ** share : low + share * (high - low);
  return `about ${shortText(value)}`;
}

// What is on the screen as one picture, with the names of its colours.
function pictureOf({ frame, rows, over, scene }) {
  const entries = [scene.title, ...scene.legend.map((one) => `${one.name} ${one.n_rows.toLocaleString("en")}`)];
  if (scene.isContinuous) entries.push(`${shortText(scene.scale.low)} to ${shortText(scene.scale.high)}`);
  const canvas = new OffscreenCanvas(over.width, over.height + 28 * frame.ratio);
  const c = canvas.getContext("2d");
  c.fillStyle = frame.ground;
  c.fillRect(0, 0, canvas.width, canvas.height);
  c.drawImage(rows, frame.left * frame.ratio, frame.top * frame.ratio);
  c.drawImage(over, 0, 0);
  c.font = `${12 * frame.ratio}px ${frame.font}`;
  let x = frame.left * frame.ratio;
  const y = over.height + 18 * frame.ratio;
  entries.forEach((text, i) => {
    const one = scene.legend[i - 1];
    if (one) {
      const mark = sprite(one.colour, one.symbol, 4.5 * frame.ratio, "");
      c.drawImage(mark.canvas, x, y - 4 * frame.ratio - mark.half);
      x += 2 * mark.half + 3 * frame.ratio;
    }
    c.fillStyle = frame.textColour;
    c.fillText(text, x, y);
    x += c.measureText(text).width + 14 * frame.ratio;
  });
  return canvas;
}
