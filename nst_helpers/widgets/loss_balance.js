// A triangle of pictures, painted with different weights of the three losses.

import { figure, html, svg } from "./figure.js";
import { significant } from "./numbers.js";
import { level, moved, nearer, ratio, spot } from "./triangle_mathematics.js";

const LOSSES = ["content", "style", "variation"];
const LONG = 92;  // the longer side of a small picture, in the units of the triangle's drawing
const GAP = 8;  // between small pictures
const MARGIN = 6;  // for the frame around one of them
const STYLE = 84;  // the height of the style picture below its corner
const HIGHEST = 560;  // on the screen, so that all of an upright picture can be seen
const LONGEST = 12;  // places of the path that are kept
const NO_KERNEL = "Painting on needs a kernel: open the notebook in Jupyter.";

function build(page) {
  const live = page.toggle("live", page.kernel ? "Paint on" : "Paint on (in Jupyter)");
  live.disabled = !page.kernel;
  if (live.disabled) live.title = NO_KERNEL;
  const title = html("span", { class: "nst-ratio" });
  const canvas = new Layers(page);
  const triangle = new Triangle(page);
  const path = new Path();
  const losses = new Losses();
  page.stage.classList.add("nst-balance");
  page.stage.append(
    html("figure", { class: "nst-panel nst-large" },
      html("figcaption", {}, html("span", {}, "content : style : variation = ", title)), canvas.element),
    html("div", { class: "nst-panel nst-field" }, triangle.element),
    html("div", { class: "nst-panel nst-losses" }, losses.element),
  );

  return {
    draw() {
      const shown = pictureShown(page);
      const weights = ratio(weightsAt(page, page.get("place")));
      title.textContent = weights;
      canvas.show(shown);
      const here = String(shown.place) === String(page.get("place"));
      canvas.element.classList.toggle("nst-waiting", !here && !page.get("live"));
      if (here) path.reach(shown, isOn(page, shown));
      triangle.draw(canvas, path);
      losses.draw(shown, [...pictures(page), ...path.steps, shown], path.steps);
      return (page.kernel && page.get("problem")) || say(page, shown, weights);
    },
  };
}

/** The picture of a place, as Python sent it, or undefined while it is not painted. */
function pictureAt(page, place) {
  const picture = page.get(`picture_${place.join("")}`);
  return picture?.jpeg && picture;
}

/** All pictures that are painted. */
function pictures(page) {
  return page.data.places.map((place) => pictureAt(page, place)).filter(Boolean);
}

function isOn(page, picture) {
  return picture === page.get("painted_on");
}

/** What is painted on, else the picture of the place, or the one from which that will be begun. */
function pictureShown(page) {
  let place = page.get("place");
  const on = page.get("painted_on");
  if (on.jpeg && (page.get("live") || String(on.place) === String(place))) return on;
  while (!pictureAt(page, place)) place = nearer(place);
  return pictureAt(page, place);
}

function weightsAt(page, place) {
  return page.data.weights[page.data.places.findIndex((at) => String(at) === String(place))];
}

/** All pictures over one another, of which one is to be seen; styles let it fade in. */
class Layers {
  constructor(page) {
    this.page = page;
    this.images = new Map();
    const [rows, columns] = page.data.shape;
    this.element = html("div", {
      class: "nst-layers", role: "img", "aria-label": "generated picture",
      style: `aspect-ratio: ${columns} / ${rows}; max-width: ${(HIGHEST * columns) / rows}px`,
    });
  }

  /** The image of a picture; what is painted on has one for all its steps. */
  imageOf(picture) {
    const key = isOn(this.page, picture) ? "on" : picture.place.join("");
    if (!this.images.has(key)) {
      this.images.set(key, this.element.appendChild(html("img", { alt: "", "data-place": key })));
    }
    const image = this.images.get(key);
    this.page.picture(image, picture.jpeg);
    return image;
  }

  show(picture) {
    const chosen = this.imageOf(picture);
    for (const image of this.images.values()) image.classList.toggle("nst-shown", image === chosen);
  }
}

/** The small pictures of all places, what stands at the corners, and the path. */
class Triangle {
  constructor(page) {
    this.page = page;
    const [rows, columns] = page.data.shape;
    const share = LONG / Math.max(rows, columns);
    [this.wide, this.high] = [columns * share, rows * share];
    [this.across, this.down] = [6 * (this.wide + GAP), 6 * (this.high + GAP)];
    this.sides = [this.across + this.wide + 2 * MARGIN, this.down + this.high + STYLE + 5 * MARGIN];
    this.element = svg("svg", {
      class: "nst-triangle", viewBox: [-MARGIN, -MARGIN, ...this.sides].join(" "),
      style: `max-width: ${(HIGHEST * this.sides[0]) / this.sides[1]}px`,
    });
    this.dots = page.data.places.map((place) => new Dot(this, place));
    this.way = svg("polyline", { class: "nst-way" });
    this.frame = svg("g", { class: "nst-chosen" }, this.box("nst-outer"), this.box("nst-inner"));
    this.hover = this.box("nst-hover");
    this.element.append(
      this.edges(), ...this.corners(), ...this.dots.map((dot) => dot.element), this.way, this.hover, this.frame,
    );
    page.keys(this.element, "triangle of weights: content above, style at the left, variation at the right", {
      move: (right, down) => page.set({ place: moved(page.get("place"), right, down) }),
    });
    page.pointer(this.element, {
      point: (at) => page.set({ place: this.nearest(at) }),
      hover: (at) => this.put(this.hover, this.nearest(at)),
      leave: () => this.hover.removeAttribute("transform"),
    });
  }

  /** The middle of a place in the drawing. */
  middle(place) {
    const [x, y] = spot(place);
    return [x * this.across + this.wide / 2, y * this.down + this.high / 2];
  }

  /** The place whose picture is nearest; `at` are shares of the drawing's width and height. */
  nearest(at) {
    const pointed = at.map((share, i) => share * this.sides[i] - MARGIN);
    const far = (place) => Math.hypot(...this.middle(place).map((where, i) => where - pointed[i]));
    return this.page.data.places.reduce((best, place) => (far(place) < far(best) ? place : best));
  }

  box(name) {
    return svg("rect", {
      class: name, x: -this.wide / 2, y: -this.high / 2, width: this.wide, height: this.high,
    });
  }

  put(element, place) {
    element.setAttribute("transform", `translate(${this.middle(place).join(" ")})`);
  }

  edges() {
    const corners = [[6, 0, 0], [0, 6, 0], [0, 0, 6]].map((place) => this.middle(place).join(","));
    return svg("polygon", { class: "nst-edges", points: corners.join(" ") });
  }

  /** What each corner stands for; the picture at the uppermost is the content picture itself. */
  corners() {
    const [x, y] = this.middle([6, 0, 0]);
    const below = this.down + this.high + 3 * MARGIN;
    const [rows, columns] = this.page.data.style_shape;
    const wide = (STYLE * columns) / rows;
    const style = svg("image", { x: 0, y: below, width: wide, height: STYLE, class: "nst-style" });
    const file = html("img");
    this.page.picture(file, this.page.data.style);
    style.setAttribute("href", file.src);
    return [
      word("content", x + this.wide / 2 + 16, y - 13),
      word("(the picture itself)", x + this.wide / 2 + 16, y + 15),
      style,
      word("style", wide + 16, below + STYLE / 2),
      word("variation", this.across + this.wide, below + 14, "end"),
      word("(smooth)", this.across + this.wide, below + 42, "end"),
    ];
  }

  draw(layers, path) {
    for (const dot of this.dots) dot.draw(layers);
    this.put(this.frame, this.page.get("place"));
    this.way.setAttribute("points", path.steps.map(({ place }) => this.middle(place).join(",")).join(" "));
  }
}

function word(text, x, y, anchor = "start") {
  const name = text.startsWith("(") ? "nst-note" : "nst-corner";
  const element = svg("text", { x, y, "text-anchor": anchor, class: name });
  element.textContent = text;
  return element;
}

/** A place in the triangle: a small picture, or a ring while it is not painted. */
class Dot {
  constructor(triangle, place) {
    [this.triangle, this.place] = [triangle, place];
    this.ring = svg("circle", { r: 9 });
    this.element = svg("g", { class: "nst-dot", "data-place": place.join("") }, this.ring);
    triangle.put(this.element, place);
  }

  draw(layers) {
    const picture = pictureAt(this.triangle.page, this.place);
    if (this.image || !picture) return;
    const { wide, high } = this.triangle;
    this.image = svg("image", { x: -wide / 2, y: -high / 2, width: wide, height: high });
    this.image.setAttribute("href", layers.imageOf(picture).src);
    this.ring.replaceWith(this.image);
  }
}

/** The pictures that were shown, the last one last. */
class Path {
  steps = [];

  /** Go on to a picture; what is painted on with the same weights stays one step. */
  reach(picture, on) {
    const last = this.steps.at(-1);
    if (last === picture) return;
    if (on && this.on && String(last.place) === String(picture.place)) this.steps.pop();
    this.on = on;
    this.steps = [...this.steps, picture].slice(-LONGEST);
  }
}

/** A row for each loss: its number, its share of the largest one, and how it was along the path. */
class Losses {
  constructor() {
    this.rows = LOSSES.map((name) => new LossRow(name));
    const small = (words) => html("th", {}, html("small", {}, words));
    this.element = html("table", {},
      html("tr", {}, html("th", { colspan: 2 }, "Losses", html("small", {}, "not weighted")),
        small("share of its largest"), small("along your path, log scale")),
      ...this.rows.map((row) => row.element));
  }

  draw(shown, all, steps) {
    for (const row of this.rows) row.draw(shown, all, steps);
  }
}

class LossRow {
  constructor(name) {
    this.name = name;
    this.number = html("td", { class: "nst-number" });
    this.bar = html("span");
    this.line = svg("polyline");
    this.points = svg("g");
    this.element = html("tr", { "data-loss": name }, html("th", {}, name), this.number,
      html("td", {}, html("div", { class: "nst-loss" }, this.bar)),
      html("td", {}, svg("svg", { viewBox: "0 0 144 30", "aria-hidden": true },
        svg("rect", { width: 144, height: 30 }), this.line, this.points)));
  }

  draw(shown, all, steps) {
    const losses = all.map((picture) => picture.losses[this.name]);
    const [low, high] = [Math.min(...losses.filter((loss) => loss > 0)), Math.max(...losses)];
    const now = shown.losses[this.name];
    this.number.textContent = significant(now);
    this.bar.style.width = `${(100 * now) / (high || 1)}%`;
    const points = steps.map((step, i) => [6 + 12 * i, 26 - 22 * level(step.losses[this.name], low, high)]);
    this.line.setAttribute("points", points.map((point) => point.join(",")).join(" "));
    this.points.replaceChildren(...points.map(([cx, cy], i) => svg("circle", {
      cx, cy, r: i === points.length - 1 ? 4 : 2.5,
    })));
  }
}

function say(page, shown, weights) {
  let doing = "Content, style and variation weigh";
  if (page.get("live")) doing = "Painting on with";
  else if (!pictureAt(page, page.get("place"))) doing = "To be painted next:";
  const losses = LOSSES.map((name) => `${name} ${significant(shown.losses[name])}`).join(", ");
  return `${doing} ${weights}. The losses, not weighted: ${losses}.`;
}

export default figure(build);
