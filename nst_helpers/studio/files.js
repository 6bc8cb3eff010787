// Files on their way to the kernel: chosen with a button, or dropped on the page.

import { html } from "../widgets/figure.js";

const PART = 4 << 20;  // bytes; a server of Jupyter refuses messages of more than ten million
const PLACES = {
  content: ["Drop it here", "as the photo to be painted"],
  style: ["Drop it here", "as the painting to learn from"],
  painting: ["Drop it here", "as a painting of the studio, to open it with its settings"],
};

/** Send a file in parts; return the key by which the kernel speaks of it. */
export async function sendFile(model, file, use) {
  const key = Math.random().toString(36).slice(2);
  for (let at = 0; at === 0 || at < file.size; at += PART) {
    const part = await file.slice(at, at + PART).arrayBuffer();
    const last = at + PART >= file.size;
    model.send({ do: "file", key, name: file.name ?? "painting.png", use, last }, undefined, [part]);
  }
  return key;
}

/** A button that asks for files. */
export function fileButton(label, answer, attributes = {}) {
  const input = html("input", { type: "file", accept: "image/*", ...attributes });
  input.addEventListener("change", async () => {
    await answer([...input.files]);
    input.value = "";  // so that the same file can be chosen again
  });
  return html("label", { class: "nst-file" }, input, html("span", {}, label));
}

/** While a file is dragged over the page, show where it may be dropped; `take(files, use)`. */
export function dropPlaces(el, take) {
  const places = html("div", { class: "nst-drop", hidden: "" });
  for (const [use, [big, small]] of Object.entries(PLACES)) {
    const place = html("div", { "data-use": use }, html("strong", {}, big), html("span", {}, small));
    places.append(place);
  }
  el.append(places);
  const ground = () => el.closest(".jp-NotebookPanel") ?? document.documentElement;
  const carries = (event) =>
    event.dataTransfer?.types.includes("Files") && ground().contains(event.target);
  const under = (event) => event.target.closest?.(".nst-drop [data-use]");
  const mark = (chosen) => {
    for (const place of places.children) place.classList.toggle("nst-over", place === chosen);
  };
  const over = (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    const { left, top, width, height } = ground().getBoundingClientRect();
    const [bottom, right] = [Math.min(top + height, innerHeight), Math.min(left + width, innerWidth)];
    const [x, y] = [Math.max(left, 0), Math.max(top, 0)];
    Object.assign(places.style, {
      left: `${x}px`, top: `${y}px`, width: `${right - x}px`, height: `${bottom - y}px`,
    });
    places.hidden = false;
    mark(under(event));
  };
  const leave = (event) => {
    if (!event.relatedTarget || !ground().contains(event.relatedTarget)) places.hidden = true;
  };
  const drop = (event) => {
    places.hidden = true;
    if (!carries(event)) return;
    event.preventDefault();
    const place = under(event);
    if (place) take([...event.dataTransfer.files], place.dataset.use);
  };
  const heard = { dragover: over, dragleave: leave, drop };
  for (const [what, answer] of Object.entries(heard)) document.addEventListener(what, answer);
  return () => {
    for (const [what, answer] of Object.entries(heard)) document.removeEventListener(what, answer);
  };
}
