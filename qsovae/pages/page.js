
"use strict";

// Tables are copied as text with tabs, numbers with all their digits.
function copyTool(frame) {
  const table = frame.querySelector("table");
  const exact = (cell) => [...cell.childNodes]
    .map((part) => (part.nodeName === "DATA" ? part.value : part.textContent))
    .join("").replace(/\s+/g, " ");
  const copy = async () => {
    const lines = [...table.rows].map((row) => [...row.cells].map(exact).join("\t"));
    try {
      await navigator.clipboard.writeText(lines.join("\n") + "\n");
      return true;
    } catch {
      // Where pages from files may not: what is marked can be copied.
      getSelection().selectAllChildren(table);
      return document.execCommand("copy");
    }
  };
  const button = tool("Copy table", async () => {
    button.textContent = (await copy()) ? "Copied" : "Marked: copy it by Ctrl+C";
    setTimeout(() => { button.textContent = "Copy table"; }, 2000);
  });
  frame.before(bar(button));
}

// Figures zoom within the place that they have; what is beside it is scrolled to.
function zoomTools(image) {
  const frame = document.createElement("div");
  frame.className = "zoom";
  frame.tabIndex = 0;
  image.draggable = false;
  image.replaceWith(frame);
  frame.append(image);
  let scale = 1;
  let width = 0;
  const zoom = (next, x = frame.clientWidth / 2, y = frame.clientHeight / 2) => {
    if (scale === 1) {
      width = image.clientWidth;
      frame.style.height = `${image.clientHeight}px`;
      frame.style.width = `${width}px`;
    }
    const [left, top] = [(frame.scrollLeft + x) / scale, (frame.scrollTop + y) / scale];
    scale = Math.min(12, Math.max(1, next));
    frame.classList.toggle("in", scale > 1);
    image.style.maxWidth = scale > 1 ? "none" : "";
    image.style.width = scale > 1 ? `${width * scale}px` : "";
    if (scale === 1) frame.style.width = frame.style.height = "";
    frame.scrollTo(left * scale - x, top * scale - y);
  };
  const at = (event) => {
    const place = frame.getBoundingClientRect();
    return [event.clientX - place.left, event.clientY - place.top];
  };
  frame.addEventListener("dblclick", (event) => zoom(scale * 2, ...at(event)));
  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(scale * Math.exp(-event.deltaY / 300), ...at(event));
  }, { passive: false });
  frame.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse" && event.buttons === 1) {
      frame.scrollBy(-event.movementX, -event.movementY);
    }
  });
  frame.before(bar(
    tool("+", () => zoom(scale * 1.5), "Zoom in"),
    tool("−", () => zoom(scale / 1.5), "Zoom out"),
    tool("Reset", () => zoom(1), "Show all"),
  ));
}

function tool(words, act, title = "") {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = words;
  button.title = title;
  button.addEventListener("click", act);
  return button;
}

function bar(...buttons) {
  const tools = document.createElement("div");
  tools.className = "tools";
  tools.append(...buttons);
  return tools;
}

document.querySelectorAll(".scroll").forEach(copyTool);
document.querySelectorAll("figure img").forEach(zoomTools);
