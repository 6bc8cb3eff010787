// Two Gram matrices in one square, and one pair of channels in both pictures.

import { both, signed } from "./colours.js";
import { figure, html, lay, paint } from "./figure.js";
import { positionAt } from "./grids.js";
import { Gram, closer, pairAt, positionsOf, strongestFields, withZeros } from "./gram_mathematics.js";
import { fixed, percent, significant, whole, within } from "./numbers.js";

const MEASURES = { Gram: "Gram", Covariance: "covariance", Correlation: "correlation" };
const LEVELS = 510;  // of the scale from -1 to 1
const COLOURS = Array.from({ length: LEVELS + 1 }, (_, level) => signed((2 * level) / LEVELS - 1));
const BEYOND_THE_BORDER = "rgb(217, 217, 217)";  // what a field sees where no picture is
const NEARLY_THE_SAME = 0.1;  // a smaller difference, as drawn, is no difference in words
const SEEN_SHARP = 40;  // pixels; a smaller patch shows its pixels, a larger one is smooth
const SCALES = {
  Gram: "Gram entry / strength of its two channels",
  covariance: "covariance / strength of its two channels",
  correlation: "correlation",
};

function build(page) {
  for (const [name, label] of [["first", "Picture 1"], ["second", "Picture 2"], ["layer", "Layer"]]) {
    // What is looked at first in the new matrices: empty is the first pair, and the whole square.
    page.select(name, label).addEventListener("change", () => page.set({ pair: [], zoom: [] }));
  }
  page.choice("measure", "Show", MEASURES);
  const view = new View(page);
  const parts = [new Note(view), new Square(view), new List(view), new Pictures(view), new Table(view)];
  const [note, ...elements] = parts.map((part) => part.element);
  page.stage.classList.add("nst-gram");
  page.stage.append(note, html("div", {}, ...elements.slice(0, 2)), html("div", {}, ...elements.slice(2)));
  return {
    draw() {
      view.update();
      for (const part of parts) part.draw();
      return say(view);
    },
  };
}

/** The present state, and what is computed once for each answer of Python's. */
class View {
  constructor(page) {
    this.page = page;
  }

  update() {
    const { data } = this.page;
    if (this.data !== data) {
      this.data = data;
      this.sides = data.sides.map((side, number) => ({
        ...side, number, gram: new Gram(side), maps: withZeros(side.maps),
      }));
      this.listed = data.separating.flat();
      this.preview = undefined;
    }
  }

  /** The pair that was chosen, and the one that is shown: it, or that under the pointer. */
  get kept() {
    return this.orElse("pair", this.listed[0] ?? this.order.slice(0, 2));
  }

  get pair() {
    return this.preview ?? this.kept;
  }

  get zoom() {
    return this.orElse("zoom", [0, this.order.length]);
  }

  get measure() {
    return this.page.get("measure");
  }

  orElse(name, first) {
    const value = this.page.get(name);
    return value.length ? value : first;
  }

  get order() {
    return this.data.order;
  }

  get alone() {
    return this.sides.length === 1;
  }

  /** What the square shows of a pair, from -1 to 1. */
  measured(side, pair = this.pair) {
    return side.gram.measured(this.measure, ...pair);
  }

  keep(pair) {
    this.preview = undefined;
    this.page.set({ pair });
    this.page.redraw();
  }

  look(pair) {
    if (JSON.stringify(pair) === JSON.stringify(this.preview)) return;
    this.preview = pair;
    this.page.redraw();
  }

  /** Whether both channels of a pair stand in a block. */
  shows([begin, end], pair = this.pair) {
    const [low, high] = positionsOf(pair, this.order);
    return low >= begin && high < end;
  }

  /** The block in which the pair that is kept is moved: what the square shows, or all. */
  get block() {
    return this.shows(this.zoom, this.kept) ? this.zoom : [0, this.order.length];
  }

  zoomIn() {
    this.page.set({ zoom: closer(this.block, positionsOf(this.kept, this.order), this.data.groups) });
  }

  zoomOut() {
    this.page.set({ zoom: [0, this.order.length] });
  }
}

function colourOf(number) {
  return COLOURS[Math.round(((number + 1) / 2) * LEVELS)];
}

/** Give an element the colour of a number. */
function fill(element, number) {
  element.style.background = `rgb(${colourOf(number).map(Math.round)})`;
}

/** The name of a picture, after its number where there are two. */
function named(view, side) {
  const digit = html("b", { class: "nst-digit" }, `${side.number + 1}`);
  return html("span", {}, ...(view.alone ? [] : [digit, " "]), side.name);
}

// -------------------------------------------------------------------------- what the measure says

class Note {
  constructor(view) {
    this.view = view;
    this.element = html("p", { class: "nst-gram-note" });
  }

  draw() {
    const { sides, measure } = this.view;
    const shares = sides.map(({ gram, name }) => `${percent(gram.shareOfChance)} in ${name}`);
    this.element.textContent = {
      Gram: "Gram: two strong channels have a large entry by chance too, the product of their averages. "
        + `Chance alone has ${shares.join(" and ")} of the norm of the matrix.`,
      covariance: "Covariance: the Gram matrix without chance. Orange: together more than by chance; "
        + "blue: less.",
      correlation: "Correlation: the covariance, with every channel's variation made equally large. "
        + "So weak channels count as much as strong ones.",
    }[measure];
  }
}

// -------------------------------------------------------------------------- the square

class Square {
  constructor(view) {
    this.view = view;
    this.title = html("figcaption");
    this.canvas = html("canvas");
    this.rings = ["1", "2"].map((digit) => html("i", { class: `nst-cell nst-cell-${digit}` }, html("b", {}, digit)));
    this.picture = html("div", { class: "nst-picture nst-square" }, this.canvas, ...this.rings);
    this.edges = ["nst-edge-top", "nst-edge-left"].map((side) => html("div", { class: `nst-edge ${side}` }));
    this.nearer = view.page.button("Zoom in", () => view.zoomIn());
    this.whole = view.page.button("Whole matrix", () => view.zoomOut());
    this.legend = html("p", { class: "nst-legend-name" });
    this.element = html("figure", { class: "nst-gram-square" },
      this.title,
      html("div", { class: "nst-framed" }, ...this.edges, this.picture),
      html("div", { class: "nst-legend" }, scale(), this.legend),
      html("div", { class: "nst-zoom" }, this.nearer, this.whole,
        html("small", {}, "Channels are sorted: a bar at the edge is a group that fires alike. "
          + "Press one to zoom in.")));
    this.listen();
  }

  listen() {
    const { view } = this;
    const pairOf = (place) => {
      const [begin, end] = view.zoom;
      return pairAt(positionAt(place, [end - begin, end - begin]).map((cell) => begin + cell), view.order);
    };
    view.page.pointer(this.picture, {
      point: (place) => view.keep(pairOf(place)),
      hover: (place) => view.look(pairOf(place)),
      leave: () => view.look(undefined),
    });
    view.page.keys(this.picture, "cells of the matrix", {
      move: (right, down) => {
        const [row, column] = positionsOf(view.kept, view.order);
        const moved = [row + down, column + right]
          .map((position) => within(position, view.block[0], view.block[1] - 1));
        view.keep(pairAt(moved, view.order));
      },
      enter: () => view.zoomIn(),
      escape: () => view.zoomOut(),
    });
  }

  draw() {
    const { view } = this;
    const [begin, end] = view.zoom;
    this.paint(view, begin, end);
    this.placeRings(view, begin, end);
    const all = end - begin === view.order.length;
    this.whole.disabled = all;
    const what = view.measure === "Gram" ? "Gram matrix" : view.measure;
    const count = all ? `${end} channels` : `${end - begin} of ${view.order.length} channels`;
    const [first, second] = view.sides.map((side) => named(view, side));
    this.title.replaceChildren(
      html("span", {}, `${view.page.get("layer")}: ${what}, ${count}`),
      html("small", {}, ...(view.alone ? [first] : ["above the diagonal ", first, ", below ", second])),
    );
    this.legend.textContent = SCALES[view.measure];
  }

  /** Above the diagonal stands the first picture, below it the last. */
  paint(view, begin, end) {
    const shown = JSON.stringify([view.measure, begin, end]);
    if (this.shown === shown && this.data === view.data) return;
    [this.shown, this.data] = [shown, view.data];
    const [count, order] = [end - begin, view.order];
    paint(this.canvas, [count, count], (cell) => {
      const [row, column] = [Math.floor(cell / count), cell % count];
      const side = row <= column ? view.sides[0] : view.sides.at(-1);
      return colourOf(view.measured(side, [order[begin + row], order[begin + column]]));
    });
    this.canvas.classList.toggle("nst-dense", count > 400);
    for (const edge of this.edges) edge.replaceChildren(...this.bars(view, begin, end, edge));
  }

  /** A bar for each group in the block; that of a group which is alone there leads back to all. */
  bars(view, begin, end, edge) {
    const count = end - begin;
    return view.data.groups.flatMap(([from, to], number) => {
      const [first, last] = [Math.max(from, begin), Math.min(to, end)];
      if (last <= first) return [];
      const back = first === begin && last === end;
      const name = `group ${number + 1}, ${to - from} channels: ${back ? "show the whole matrix" : "zoom in"}`;
      const bar = html("button", { type: "button", title: name, "aria-label": name });
      bar.classList.toggle("nst-odd", number % 2 === 1);
      const [start, length] = [(first - begin) / count, (last - first) / count];
      if (edge === this.edges[0]) {
        lay(bar, start, 0, length, 1);
      } else {  // the same again, for the hand only
        bar.tabIndex = -1;
        bar.ariaHidden = true;
        lay(bar, 0, start, 1, length);
      }
      bar.addEventListener("click", () => (back ? view.zoomOut() : view.page.set({ zoom: [from, to] })));
      return [bar];
    });
  }

  placeRings(view, begin, end) {
    const count = end - begin;
    const [low, high] = positionsOf(view.pair, view.order).map((position) => (position - begin + 0.5) / count);
    this.picture.style.setProperty("--nst-cell", `${100 / count}%`);
    this.rings.forEach((ring, number) => {
      ring.hidden = !view.shows(view.zoom);
      ring.firstChild.hidden = view.alone;
      ring.style.left = `${100 * (number ? low : high)}%`;
      ring.style.top = `${100 * (number ? high : low)}%`;
    });
  }
}

/** A bar with all colours, and numbers below it. */
function scale() {
  const bar = html("canvas", { class: "nst-scale" });
  paint(bar, [1, COLOURS.length], (level) => COLOURS[level]);
  const ends = { "-1": "−1", "-0.5": "−0.5", 0: "0", 0.5: "0.5", 1: "1" };
  const numbers = Object.keys(ends).sort((a, b) => a - b).map((number) => {
    const mark = html("span", {}, ends[number]);
    mark.style.left = `${50 * (Number(number) + 1)}%`;
    return mark;
  });
  return html("div", { class: "nst-scaled" }, bar, html("div", { class: "nst-numbers" }, ...numbers));
}

// -------------------------------------------------------------------------- pairs to walk

class List {
  constructor(view) {
    this.view = view;
    this.title = html("span");
    this.back = view.page.button("‹ Previous", () => this.walk(-1));
    this.next = view.page.button("Next ›", () => this.walk(1));
    this.rows = html("div");
    view.page.keys(this.rows, "pairs to walk through", { move: (right, down) => this.walk(Math.sign(right + down)) });
    this.element = html("div", { class: "nst-gram-list" },
      html("div", { class: "nst-title" }, this.title, html("span", {}, this.back, " ", this.next)), this.rows);
  }

  /** Where the pair that is kept stands in the list; -1 where it does not. */
  get place() {
    const names = (pair) => JSON.stringify([...pair].sort((a, b) => a - b));
    return this.view.listed.findIndex((pair) => names(pair) === names(this.view.kept));
  }

  walk(steps) {
    const count = this.view.listed.length;
    if (count) this.choose(this.place < 0 ? 0 : (this.place + steps + count) % count);
  }

  /** Show a pair of the list, and the whole square where the block does not have it. */
  choose(place) {
    const { view } = this;
    const pair = view.listed[place];
    if (!view.shows(view.zoom, pair)) view.zoomOut();
    view.keep(pair);
  }

  draw() {
    const { view, place } = this;
    if (this.data !== view.data) {
      this.data = view.data;
      this.list(view);
    }
    this.chips.forEach(({ button, squares, pair }, number) => {
      button.setAttribute("aria-pressed", number === place);
      view.sides.forEach((side, i) => {
        fill(squares[i], view.measured(side, pair));
        squares[i].title = `${fixed(view.measured(side, pair))} in ${side.name}`;
      });
    });
  }

  list(view) {
    const [first, second] = view.sides.map((side) => side.name);
    this.title.textContent = view.alone ? "Pairs far from chance" : "Pairs that separate the two";
    const names = view.alone
      ? ["more together than by chance", "less together than by chance"]
      : [first, second].map((name) => `more together, beyond chance, in ${name}`);
    this.chips = view.listed.map((pair, number) => {
      const squares = view.sides.map(() => html("i", { class: "nst-swatch" }));
      const button = html("button", { type: "button", tabindex: -1 },
        html("span", {}, pair.join(" + ")), html("span", { class: "nst-swatches" }, ...squares));
      button.addEventListener("click", () => this.choose(number));
      return { button, squares, pair };
    });
    const buttons = this.chips.map(({ button }) => button);
    this.rows.replaceChildren(...view.data.separating.flatMap((pairs, number) => {
      const row = buttons.splice(0, pairs.length);
      return row.length ? [html("div", { class: "nst-chips" }, html("span", {}, names[number]), ...row)] : [];
    }));
    if (!this.chips.length) this.rows.replaceChildren(html("p", {}, "The two are the same: no pair separates them."));
    for (const button of [this.back, this.next]) button.disabled = !this.chips.length;
  }
}

// -------------------------------------------------------------------------- the pair in the pictures

class Pictures {
  constructor(view) {
    this.sides = [0, 1].map((number) => new Side(view, number));
    this.element = html("div", { class: "nst-gram-sides" }, ...this.sides.map((side) => side.element),
      html("p", { class: "nst-gram-note" }, "Square roots of the activations, so that weak ones are seen too; "
        + "full colour is a channel's largest in the pictures shown."));
  }

  draw() {
    for (const side of this.sides) side.draw();
  }
}

class Side {
  constructor(view, number) {
    [this.view, this.number] = [view, number];
    this.title = html("figcaption");
    this.image = html("img", { alt: "" });
    this.image.addEventListener("load", () => view.page.redraw());
    this.light = html("canvas");
    this.patches = ["first", "second", "both"].map((kind) => new Patches(kind));
    this.element = html("figure", { class: "nst-gram-side" },
      this.title,
      html("div", { class: "nst-picture" }, this.image, this.light),
      html("div", { class: "nst-gram-patches" }, ...this.patches.map((patches) => patches.element)));
  }

  draw() {
    const { view } = this;
    const side = view.sides[this.number];
    this.element.hidden = !side;
    if (!side) return;
    view.page.picture(this.image, side.picture);
    const swatch = html("i", { class: "nst-swatch" });
    fill(swatch, view.measured(side));
    this.title.replaceChildren(
      named(view, side), html("small", {}, swatch, ` drawn as ${fixed(view.measured(side))}`),
    );
    const maps = view.pair.map((channel) => side.maps.numbers(channel));
    const shares = maps.map((map, i) => map.map((value) => Math.sqrt(value / (side.maps.white[view.pair[i]] || 1))));
    paint(this.light, side.maps.shape, (i) => both(shares[0][i], shares[1][i]));
    const titles = [...view.pair.map((channel) => `channel ${channel}`), "both"];
    [...maps, maps[0].map((value, i) => value * maps[1][i])].forEach((map, i) => {
      this.patches[i].draw(titles[i], this.image, map, side.maps.shape, view.data.field);
    });
  }
}

/** The patches of the picture that one map answers to most. */
class Patches {
  constructor(kind) {
    this.title = html("span");
    this.nowhere = html("small", {}, "nowhere");
    this.canvases = [0, 1].map(() => html("canvas"));
    this.element = html("div", { class: `nst-patches nst-of-${kind}` },
      html("div", { class: "nst-patches-title" }, html("i", { class: "nst-dot" }), this.title),
      html("div", { class: "nst-patches-row" }, ...this.canvases, this.nowhere));
  }

  draw(title, image, map, shape, field) {
    this.title.textContent = title;
    if (!image.complete || !image.naturalWidth) return;
    const fields = strongestFields(map, shape, field, [image.naturalHeight, image.naturalWidth]);
    this.nowhere.hidden = fields.length > 0;
    this.canvases.forEach((canvas, i) => {
      canvas.hidden = !fields[i];
      if (fields[i]) cut(canvas, image, fields[i], field[0]);
    });
  }
}

/** Copy a square of a picture; what reaches beyond its border is grey. */
function cut(canvas, image, [top, left], size) {
  [canvas.width, canvas.height] = [size, size];
  canvas.classList.toggle("nst-smooth", size > SEEN_SHARP);
  const pen = canvas.getContext("2d");
  pen.fillStyle = BEYOND_THE_BORDER;
  pen.fillRect(0, 0, size, size);
  pen.drawImage(image, -left, -top);
}

// -------------------------------------------------------------------------- numbers and words

class Table {
  constructor(view) {
    this.view = view;
    this.element = html("table", { class: "nst-gram-table" });
  }

  draw() {
    const { view } = this;
    const [i, j] = view.pair;
    const cells = (compute) => view.sides.map(({ gram }) => compute(gram));
    const rows = [
      ["Gram", "Gram matrix", cells((gram) => significant(gram.entry(i, j)))],
      ["", `rank, 1 of ${whole(view.sides[0].gram.pairs)} the largest`,
        cells((gram) => (i === j ? "diagonal" : whole(gram.rank(i, j))))],
      ["", "by chance: product of the averages", cells((gram) => significant(gram.chance(i, j)))],
      ["covariance", "covariance: the rest", cells((gram) => significant(gram.covariance(i, j)))],
      ["correlation", "correlation", cells((gram) => fixed(gram.measured("correlation", i, j)))],
    ];
    const head = html("tr", {}, html("th", {}, i === j ? `Channel ${i}` : `Channels ${i} and ${j}`),
      ...view.sides.map((side) => html("th", { scope: "col" }, named(view, side))));
    this.element.replaceChildren(head, ...rows.map(([measure, title, numbers]) => html("tr",
      measure === view.measure ? { class: "nst-shown" } : {},
      html("th", { scope: "row" }, title), ...numbers.map((number) => html("td", {}, number)))));
  }
}

function say(view) {
  const [i, j] = view.pair;
  const sentences = [`${view.page.get("layer")}, ${i === j ? `channel ${i}` : `channels ${i} and ${j}`}`];
  sentences.push(view.sides.map((side) => sayEntry(view, side)).join("; "));
  if (!view.alone && i !== j) {
    const [a, b] = view.sides.map((side) => view.measured(side));
    const more = view.sides[a > b ? 0 : 1].name;
    sentences.push(Math.abs(a - b) >= NEARLY_THE_SAME
      ? `They go together more in ${more}` : "They go together about as much in both");
  }
  return `${sentences.join(". ")}.`;
}

function sayEntry(view, side) {
  const [[i, j], { gram }] = [view.pair, side];
  const start = `${side.number ? "in" : "In"} ${side.name} the ${view.measure} `;
  if (view.measure === "correlation") return `${start}is ${fixed(gram.measured("correlation", i, j))}`;
  const drawn = `drawn as ${fixed(view.measured(side))}`;
  if (view.measure === "covariance") return `${start}is ${significant(gram.covariance(i, j))}, ${drawn}`;
  const rank = i === j ? "on the diagonal" : `rank ${whole(gram.rank(i, j))} of ${whole(gram.pairs)}`;
  return `${start}matrix has ${significant(gram.entry(i, j))}, ${rank}, ${drawn}`;
}

export default figure(build);
