// What all figures have in common in the page: state, controls, the pointer, keys and words.
//
// A figure's module exports `figure(build)`. `build(page)` makes its elements once and returns
// `draw()`, which shows the present state and returns it in words. It is called once a frame at
// most, and only while `page.data` belongs to the state.

import { fixed, within } from "./numbers.js";

const SVG = "http://www.w3.org/2000/svg";
const PATIENCE = 10_000;  // milliseconds, after which a missing kernel is spoken of

/** Make an element of HTML: html("p", { class: "big" }, "text", otherElement). */
export function html(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/** The same of SVG. */
export function svg(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, tag), attributes, children);
}

function furnish(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Whether things may move: some readers have asked their system that nothing does. */
export function mayMove() {
  return !matchMedia("(prefers-reduced-motion: reduce)").matches;
}

export function figure(build) {
  return {
    render({ model, el }) {
      const page = new Page(model, el);
      page.begin(build(page).draw);
      return () => page.end();
    },
  };
}

class Page {
  constructor(model, el) {
    this.model = model;
    this.bar = html("div", { class: "nst-bar" });
    this.stage = html("div", { class: "nst-stage" });
    this.words = html("p", { class: "nst-words", role: "status" });
    furnish(el, { role: "group", "aria-label": model.get("label") }, [this.bar, this.stage, this.words]);
    el.classList.add("nst-figure", `nst-${model.get("kind")}`);
    el.addEventListener("keydown", (event) => {  // to Jupyter, a letter or an arrow key is a command
      const runs = event.key === "Enter" && event.shiftKey;
      if (!runs && !event.ctrlKey && !event.altKey && !event.metaKey) event.stopPropagation();
    });
    this.refreshers = [];
    this.pictures = new Map();
    this.changed = () => {
      this.frame ??= requestAnimationFrame(() => this.show());
    };
  }

  get(name) {
    return this.model.get(name);
  }

  get data() {
    return this.model.get("data");
  }

  /** Whether Python may answer; a saved page has no kernel. */
  get kernel() {
    return this.model.kernel !== false;
  }

  /** Change the state: page.set({ layer: "relu3_1", channel: 0 }). */
  set(changes) {
    const news = Object.entries(changes).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(this.get(name)),
    );
    if (news.length === 0) return;
    for (const [name, value] of news) this.model.set(name, value);
    this.model.save_changes();
    this.changed();
  }

  begin(draw) {
    this.draw = draw;
    this.model.on("change", this.changed);
    this.show();
  }

  end() {
    this.model.off("change", this.changed);
    cancelAnimationFrame(this.frame);
    clearTimeout(this.waiting);
    for (const { url } of this.pictures.values()) URL.revokeObjectURL(url);
    this.pictures.clear();
  }

  /** Whether the data are those of the present state, and not those of an earlier question. */
  answered() {
    const state = this.get("asks").map((name) => this.get(name));
    return state.length === 0 || JSON.stringify(state) === JSON.stringify(this.data.of);
  }

  show() {
    this.frame = undefined;
    clearTimeout(this.waiting);
    const ready = this.answered();
    this.stage.setAttribute("aria-busy", !ready);
    for (const refresh of this.refreshers) refresh();
    if (ready) {
      this.say(this.draw());
    } else if (this.get("problem")) {
      this.say(this.get("problem"));
    } else {
      this.say("Computing …");
      this.waiting = setTimeout(
        () => this.say("No answer yet: this needs the notebook's kernel."), PATIENCE,
      );
    }
  }

  say(text) {
    if (this.words.textContent !== text) this.words.textContent = text;
  }

  /** Draw again in the next frame, after a change that is no part of the state. */
  redraw() {
    this.changed();
  }

  // ---------------------------------------------------------------------- controls

  /** A list of the options that Python offers for a trait. */
  select(name, label, wordsOf = String) {
    const select = html("select", { name });
    let offered;
    this.refreshers.push(() => {
      const options = this.get("options")[name];
      if (JSON.stringify(options) !== offered) {
        offered = JSON.stringify(options);
        select.replaceChildren(...options.map((value) => html("option", {}, wordsOf(value))));
      }
      select.selectedIndex = options.indexOf(this.get(name));
      select.parentElement.hidden = options.length < 2;  // a saved page may have one picture only
    });
    select.addEventListener("change", () => {
      this.set({ [name]: this.get("options")[name][select.selectedIndex] });
    });
    return this.bar.appendChild(html("label", {}, label, select));
  }

  /**
   * A slider over `values()`, a list of all values that the trait can take, or from `min` to `max`.
   * `wordsOf` says how a value is written beside it.
   */
  slider(name, label, { values, min = 0, max, step = 1, wordsOf = String }) {
    const input = html("input", { type: "range", name });
    const output = html("output");
    this.refreshers.push(() => {
      const value = this.get(name);
      const list = values?.();
      input.min = list ? 0 : min;
      input.max = list ? list.length - 1 : (typeof max === "function" ? max() : max);
      input.step = list ? 1 : step;
      input.value = list ? list.indexOf(value) : value;
      output.textContent = wordsOf(value);
      input.setAttribute("aria-valuetext", wordsOf(value));
    });
    input.addEventListener("input", () => {
      this.set({ [name]: values ? values()[Number(input.value)] : Number(fixed(Number(input.value), 6)) });
    });
    return this.bar.appendChild(html("label", {}, label, input, output));
  }

  /** A row of buttons of which one is down: choice("power", "Differences", { squared: 2 }). */
  choice(name, label, values) {
    const group = html("fieldset", {}, html("legend", {}, label));
    const key = `${name}-${Math.random()}`;
    for (const [words, value] of Object.entries(values)) {
      const input = html("input", { type: "radio", name: key });
      this.refreshers.push(() => {
        input.checked = this.get(name) === value;
      });
      input.addEventListener("change", () => this.set({ [name]: value }));
      group.append(html("label", {}, input, html("span", {}, words)));
    }
    return this.bar.appendChild(group);
  }

  /** A button that stays down while a trait is true. */
  toggle(name, label) {
    const button = html("button", { type: "button" }, label);
    this.refreshers.push(() => button.setAttribute("aria-pressed", this.get(name)));
    button.addEventListener("click", () => this.set({ [name]: !this.get(name) }));
    return this.bar.appendChild(button);
  }

  /** A button that does something. */
  button(label, action) {
    const button = html("button", { type: "button" }, label);
    button.addEventListener("click", action);
    return button;
  }

  // ---------------------------------------------------------------------- the hand

  /**
   * Answer to the pointer. Places are [x, y], shares of the element's width and height in [0, 1).
   * `point(place, pressed)`: it was pressed there, or drawn on to there; `hover(place)`: it is over
   * there, not pressed; `leave()`: it has gone.
   */
  pointer(element, { point, hover, leave }) {
    const place = (event) => {
      const box = element.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
        .map((share) => within(share, 0, 1 - 1e-9));
    };
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      element.setPointerCapture(event.pointerId);
      element.focus({ preventScroll: true });
      point(place(event), true);
      event.preventDefault();
    });
    element.addEventListener("pointermove", (event) => {
      if (element.hasPointerCapture(event.pointerId)) point(place(event), false);
      else if (event.pointerType !== "touch") hover?.(place(event));
    });
    element.addEventListener("pointerleave", (event) => {
      if (event.pointerType !== "touch") leave?.();  // a finger that is lifted leaves what it found
    });
  }

  /** Let an element have the focus, and answer to its keys; ten steps with the Shift key. */
  keys(element, label, { move, enter, escape }) {
    furnish(element, { tabindex: 0, role: "application", "aria-label": label }, []);
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    element.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const far = event.shiftKey ? 10 : 1;
      if (ways[event.key] && move) move(...ways[event.key].map((step) => step * far));
      else if (event.key === "Enter" && !event.shiftKey && enter) enter();
      else if (event.key === "Escape" && escape) escape();
      else return;
      event.preventDefault();
    });
  }

  // ---------------------------------------------------------------------- pictures

  /** Show the bytes of a picture in an <img>, or keep what it shows where they are the same. */
  picture(image, bytes) {
    const old = this.pictures.get(image);
    if (old?.bytes === bytes) return;
    const url = URL.createObjectURL(new Blob([bytes]));
    this.pictures.set(image, { bytes, url });
    image.src = url;
    if (old) URL.revokeObjectURL(old.url);
  }
}

/** Paint a canvas of so many rows and columns, a square a number; `colour(i)` is [r, g, b] or [r, g, b, a]. */
export function paint(canvas, [rows, columns], colour) {
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  const pen = canvas.getContext("2d");
  const pixels = pen.createImageData(columns, rows);
  const { data } = pixels;
  for (let i = 0; i < rows * columns; i++) {  // seven times as fast as data.set([...])
    [data[4 * i], data[4 * i + 1], data[4 * i + 2], data[4 * i + 3] = 255] = colour(i);
  }
  pen.putImageData(pixels, 0, 0);
}

/** Put an element at a box of the picture it lies on; all four are shares. */
export function lay(element, left, top, width = 0, height = 0) {
  const shares = { left, top, width, height };
  for (const [side, share] of Object.entries(shares)) element.style[side] = `${100 * share}%`;
}
