// A picture with noise, and what squared or absolute differences make of it; all is computed here.

import { errorOf, removeNoise, withNoise } from "./denoise_mathematics.js";
import { figure, html, lay, svg } from "./figure.js";
import { placeBeside, positionAt } from "./grids.js";
import { fixed, within } from "./numbers.js";

const TAKEN = 0.25;  // what is white where it was taken away; black is its negative
const PAUSE = 40;  // milliseconds without a change, after which the curve is filled
const WORDS = { 2: "squared", 1: "absolute" };

function build(page) {
  page.choice("subject", "Show", { "a picture": "picture", "an edge": "edge" });
  page.slider("noise", "Noise", { max: 0.3, step: 0.01, wordsOf: (noise) => fixed(noise) });
  page.slider("weight", "Variation weight", { values: () => page.get("options").weight });
  page.choice("power", "Differences of neighbours", { squared: 2, absolute: 1 });
  const panels = ["noisy", "denoised", "taken"].map((kind) => new Panel(kind));
  const curve = new Curve(page);
  page.stage.classList.add("nst-denoise");
  page.stage.append(...panels.map((panel) => panel.element), curve.element);
  const subjects = Object.fromEntries(
    Object.entries(page.data).filter(([, part]) => part.photo).map(([name, part]) => [name, new Subject(part)]),
  );
  const shape = () => subjects[page.get("subject")].shape.slice(1);
  for (const { picture } of panels) page.pointer(picture, { point: (place) => page.set({ place }) });
  page.keys(panels[1].picture, "place of the detail", {
    move: (right, down) => page.set({ place: placeBeside(page.get("place"), right, down, shape()) }),
  });

  return {
    draw() {
      const [subject, noise, weight, power] = ["subject", "noise", "weight", "power"].map((name) => page.get(name));
      const shown = subjects[subject].denoised(noise, weight, power);
      panels[0].show(shown, page.get("place"), `error ${fixed(shown.before, 3)}`);
      panels[1].show(shown, page.get("place"), `error ${fixed(shown.after, 3)}`);
      panels[2].show(shown, page.get("place"), `black −${TAKEN}, grey 0, white +${TAKEN}`);
      curve.show(subjects[subject], noise, weight, power);
      return say(subject, noise, weight, power, shown);
    },
  };
}

/** A clean picture and its grain, with what was computed of them last, and the errors so far. */
class Subject {
  constructor({ shape, photo, grain }) {
    this.shape = shape;
    this.photo = Float64Array.from(bytesOf(Uint8Array, photo), (level) => level / 255);
    this.grain = Float64Array.from(bytesOf(Int8Array, grain), (step) => step / 32);
    this.errors = new Map();
  }

  /** How far the largest weight leads away from the clean picture; the scale of the errors. */
  get worst() {
    const largest = (power) => errorOf(removeNoise(this.photo, this.shape, 50, power), this.photo);
    this.largestError ??= Math.max(largest(1), largest(2));
    return this.largestError;
  }

  noisy(noise) {
    if (this.noise !== noise) this.withNoise = withNoise(this.photo, this.grain, noise);
    this.noise = noise;
    return this.withNoise;
  }

  /** The noisy picture, the denoised one and their errors. */
  denoised(noise, weight, power) {
    const of = [noise, weight, power].join();
    if (this.last?.of === of) return this.last;
    const noisy = this.noisy(noise);
    const denoised = removeNoise(noisy, this.shape, weight, power);
    const [before, after] = [noisy, denoised].map((picture) => errorOf(picture, this.photo));
    this.errors.set(of, after);
    this.last = { of, noisy, denoised, before, after, photo: this.photo, shape: this.shape };
    return this.last;
  }

  /** The error for a weight, or undefined where it was not computed yet. */
  error(noise, weight, power) {
    return this.errors.get([noise, weight, power].join());
  }

  computeError(noise, weight, power) {
    const denoised = removeNoise(this.noisy(noise), this.shape, weight, power);
    this.errors.set([noise, weight, power].join(), errorOf(denoised, this.photo));
  }
}

function bytesOf(Kind, bytes) {
  return new Kind(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** One of the three pictures, and below it a detail, or of an edge the profile of a row. */
class Panel {
  constructor(kind) {
    this.kind = kind;
    this.canvas = html("canvas");
    this.frame = html("div", { class: "nst-frame" });
    this.picture = html("div", { class: "nst-picture" }, this.canvas, this.frame);
    this.detail = html("canvas", { class: "nst-detail" });
    this.lines = Object.fromEntries(
      ["noisy", "clean", "denoised", "taken"].map((line) => [line, svg("path", { class: `nst-${line}-line` })]),
    );
    const zero = svg("path", { class: "nst-zero-line", d: "M0 0.5H999" });
    this.graph = svg("svg", { preserveAspectRatio: "none", "aria-hidden": true },
      ...(kind === "taken" ? [zero, this.lines.taken] : [this.lines.noisy, this.lines.clean, this.lines.denoised]));
    this.profile = html("div", { class: "nst-profile" }, this.graph,
      ...(kind === "taken" ? [`+${TAKEN}`, `−${TAKEN}`] : ["1", "0"]).map((end) => html("small", {}, end)));
    this.remark = html("small");
    const titles = { noisy: "noisy", denoised: "denoised", taken: "taken away" };
    this.element = html("figure", { class: `nst-panel nst-${kind}` },
      html("figcaption", {}, titles[kind], this.remark), this.picture, this.detail, this.profile);
  }

  show(shown, place, remark) {
    const { noisy, denoised, shape } = shown;
    const level = {
      noisy: (i) => 255 * noisy[i],
      denoised: (i) => 255 * denoised[i],
      taken: (i) => 127.5 + (127.5 / TAKEN) * (noisy[i] - denoised[i]),
    }[this.kind];
    const [channels, rows, columns] = shape;
    const graph = channels === 1;
    this.remark.textContent = remark;
    this.detail.hidden = graph;
    this.profile.hidden = !graph;
    paintPart(this.canvas, shape, [0, 0, rows, columns], level);
    const part = graph ? [positionAt(place, [rows, columns])[0], 0, 1, columns] : partAt(place, shape);
    lay(this.frame, part[1] / columns, part[0] / rows, part[3] / columns, part[2] / rows);
    if (graph) this.draw(shown, part[0]);
    else paintPart(this.detail, shape, part, level);
  }

  /** Draw the brightness along a row. */
  draw({ noisy, denoised, photo, shape: [, , columns] }, row) {
    this.graph.setAttribute("viewBox", `0 0 ${columns} 1`);
    const along = (height) => Array.from({ length: columns }, (_, i) => height(row * columns + i));
    const heights = {
      noisy: along((i) => 1 - noisy[i]),
      clean: along((i) => 1 - photo[i]),
      denoised: along((i) => 1 - denoised[i]),
      taken: along((i) => 0.5 - (noisy[i] - denoised[i]) / (2 * TAKEN)),
    };
    for (const [name, line] of Object.entries(this.lines)) {
      const stairs = heights[name].map((height, i) => `${i ? "V" : "M0 "}${fixed(height, 4)}H${i + 1}`);
      line.setAttribute("d", stairs.join(""));
    }
  }
}

/** The detail at a place: its top, left, height and width in pixels. */
function partAt(place, [, rows, columns]) {
  const height = Math.max(8, Math.floor(rows / 5));
  const width = Math.min(columns, 2 * height);
  const [row, column] = positionAt(place, [rows, columns]);
  return [
    within(row - Math.floor(height / 2), 0, rows - height),
    within(column - Math.floor(width / 2), 0, columns - width), height, width,
  ];
}

/** Paint a part of a picture, a square a pixel; `level(i)` is that of its i-th number. */
function paintPart(canvas, [channels, rows, columns], [top, left, height, width], level) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(width, height);
  const step = channels === 1 ? 0 : rows * columns;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [from, to] = [(top + row) * columns + left + column, 4 * (row * width + column)];
      for (let colour = 0; colour < 3; colour++) image.data[to + colour] = level(from + colour * step);
      image.data[to + 3] = 255;
    }
  }
  pen.putImageData(image, 0, 0);
}

/** The error against the weight, drawn while it is computed; a weight is chosen by pointing. */
class Curve {
  constructor(page) {
    [this.page, this.weights] = [page, page.get("options").weight];
    this.lines = { 2: svg("polyline", { class: "nst-squared" }), 1: svg("polyline", { class: "nst-absolute" }) };
    this.before = svg("line", { class: "nst-before", x1: 0, x2: 100 });
    this.dot = html("div", { class: "nst-present" });
    this.best = html("div", { class: "nst-best", hidden: "" });
    this.level = html("small", { class: "nst-level" }, "noisy");
    const ticks = [0, 0.01, 0.1, 1, 10, 50].map((weight) => (
      put(html("small", { class: "nst-tick" }, String(weight)), across(weight), 1)));
    this.heights = html("div", {});
    this.chart = html("div", { class: "nst-chart" },
      svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": true },
        this.before, this.lines[1], this.lines[2]),
      ...ticks, this.heights, this.level, this.best, this.dot);
    this.found = html("small", { class: "nst-found" });
    const key = (power) => html("span", { class: `nst-line-key nst-${WORDS[power]}-key` }, WORDS[power]);
    this.keys = { 2: key(2), 1: key(1) };
    this.element = html("figure", { class: "nst-panel nst-curve" },
      html("figcaption", {}, html("span", {}, "error, the distance to the clean picture, against weight"), this.keys[2], this.keys[1], this.found),
      this.chart);
    page.pointer(this.chart, { point: ([x]) => page.set({ weight: this.nearest(x) }) });
    page.keys(this.chart, "weight, on the curve of errors", {
      move: (right) => {
        const index = within(this.weights.indexOf(page.get("weight")) + right, 0, this.weights.length - 1);
        page.set({ weight: this.weights[index] });
      },
    });
  }

  nearest(x) {
    const far = (weight) => Math.abs(across(weight) - x);
    return this.weights.reduce((a, b) => (far(b) < far(a) ? b : a));
  }

  show(subject, noise, weight, power) {
    Object.assign(this, { subject, noise, weight, power });
    this.draw();
    this.fill(PAUSE);
  }

  draw() {
    const { subject, noise, weight, power } = this;
    const { before } = subject.denoised(noise, weight, power);
    const highest = 1.15 * Math.max(subject.worst, before);
    const down = (error) => 1 - error / highest;
    this.rule(highest, down);
    for (const [of, line] of Object.entries(this.lines)) {
      const known = this.known(Number(of));
      line.setAttribute("points", known.map(([w, error]) => `${100 * across(w)},${100 * down(error)}`).join(" "));
      line.classList.toggle("nst-other", Number(of) !== power);
      this.keys[of].classList.toggle("nst-other", Number(of) !== power);
    }
    for (const end of ["y1", "y2"]) this.before.setAttribute(end, 100 * down(before));
    put(this.level, 0, down(before));
    put(this.dot, across(weight), down(subject.error(noise, weight, power)));
    const known = this.known(power);
    const complete = known.length === this.weights.length;
    this.best.hidden = !complete;
    this.found.textContent = "";
    if (complete) {
      const [best, error] = known.reduce((a, b) => (b[1] < a[1] ? b : a));
      put(this.best, across(best), down(error));
      this.found.textContent = `smallest, ${WORDS[power]}: ${fixed(error, 3)} at weight ${best}`;
    }
  }

  /** Write the scale of the errors. */
  rule(highest, down) {
    if (this.highest === highest) return;
    this.highest = highest;
    const step = highest > 0.2 ? 0.1 : 0.05;
    const errors = Array.from({ length: Math.floor(highest / step) + 1 }, (_, i) => i * step);
    this.heights.replaceChildren(...errors.map((error) => (
      put(html("small", { class: "nst-height" }, fixed(error)), 0, down(error)))));
  }

  known(power) {
    return this.weights.map((weight) => [weight, this.subject.error(this.noise, weight, power)])
      .filter(([, error]) => error !== undefined);
  }

  /** Compute the errors that are missing, the nearest first, one at a time, so that hands come first. */
  fill(pause) {
    clearTimeout(this.timer);
    const { subject, noise, weight, power } = this;
    const far = (other) => Math.abs(across(other) - across(weight));
    const near = [...this.weights].sort((a, b) => far(a) - far(b));
    const missing = [power, 3 - power].flatMap((of) => near.map((other) => [noise, other, of]))
      .find((question) => subject.error(...question) === undefined);
    if (!missing) return;
    this.timer = setTimeout(() => {
      if (!this.chart.isConnected) return;
      subject.computeError(...missing);
      this.draw();
      this.fill(0);
    }, pause);
  }
}

/** Where a weight lies across the curve, as a share: by its logarithm, and 0 at the left. */
function across(weight) {
  return weight ? 0.14 + (0.83 * Math.log(weight / 0.01)) / Math.log(50 / 0.01) : 0.05;
}

/** Put an element at a place of the chart; both are shares. */
function put(element, left, top) {
  element.style.left = `${100 * left}%`;
  element.style.top = `${100 * top}%`;
  return element;
}

function say(subject, noise, weight, power, shown) {
  const [before, after] = [shown.before, shown.after].map((error) => fixed(error, 3));
  const goes = shown.after < shown.before ? "falls" : "rises";
  const change = before === after ? `stays ${before}` : `${goes} from ${before} to ${after}`;
  return `${subject === "edge" ? "Edge" : "Picture"} with noise ${fixed(noise)}, weight ${weight}, `
    + `${WORDS[power]} differences: the error ${change}.`;
}

export default figure(build);
