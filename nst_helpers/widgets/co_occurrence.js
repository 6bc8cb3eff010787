// Two maps over their picture, their product and its sum; their positions can be shuffled.

import {
  between, brightest, compare, placesAfter, shuffled, stamp, stampPicture,
} from "./co_occurrence_mathematics.js";
import { FIRST, SECOND } from "./colours.js";
import { figure, html, lay, mayMove } from "./figure.js";
import { floats, placeBeside, placeOf, positionAt } from "./grids.js";
import { fixed, significant } from "./numbers.js";

const FLIGHT = 1100;  // milliseconds
const DARK = 0.28;  // of the picture's brightness is left below the maps
const SMALL = 240;  // pixels along the longer side of a small panel, about
const [AS_THEY_ARE, SECOND_SHUFFLED, BOTH_SHUFFLED] = ["as they are", "second shuffled", "both shuffled alike"];

function build(page) {
  const maps = new NamedMaps(page);
  page.select("first", "First");
  page.select("second", "Second");
  page.choice("positions", "Positions", {
    [AS_THEY_ARE]: AS_THEY_ARE, [SECOND_SHUFFLED]: SECOND_SHUFFLED, [BOTH_SHUFFLED]: BOTH_SHUFFLED,
  });
  const panels = {
    both: new Panel("nst-both"), first: new Panel("nst-one"),
    second: new Panel("nst-other"), product: new Panel("nst-product"),
  };
  const bar = new Bar();
  const reading = html("p", { class: "nst-reading" });
  page.stage.classList.add("nst-pair");
  page.stage.append(
    html("div", { class: "nst-overlay" }, panels.both.element, bar.element, reading),
    ...[panels.first, panels.second, panels.product].map((panel) => panel.element),
  );
  const sheets = {
    large: new Sheets(maps.shape, maps.block),
    small: new Sheets(maps.shape, Math.max(1, Math.round(SMALL / Math.max(...maps.shape)))),
  };
  const flight = new Flight(maps.places[AS_THEY_ARE], (places) => paintAll(maps, panels, sheets, places));
  const picture = new Image();
  picture.addEventListener("load", () => {
    maps.picture = greyOf(picture, maps);
    flight.paint(flight.places);
  });
  if (page.data.picture.byteLength) page.picture(picture, page.data.picture);

  let shown, position = null;
  const look = (next) => {
    position = next;
    page.redraw();
  };
  for (const { picture: element } of Object.values(panels)) {
    const point = (place) => look(positionAt(place, maps.shape));
    page.pointer(element, { point, hover: point, leave: () => look(null) });
  }
  page.keys(panels.both.picture, "both maps, position by position", {
    move: (right, down) => {
      const place = position ? placeOf(position, maps.shape) : [0.5, 0.5];
      look(positionAt(placeBeside(place, right, down, maps.shape), maps.shape));
    },
    escape: () => look(null),
  });

  return {
    draw() {
      const [names, positions] = [["first", "second"].map((name) => page.get(name)), page.get("positions")];
      const state = JSON.stringify([names, positions]);
      if (shown !== state) {  // else only the position is another
        shown = state;
        maps.choose(names, positions);
        nameAll(panels, names, maps);
        flight.to([
          positions === BOTH_SHUFFLED, positions !== AS_THEY_ARE,
        ].map((moved) => maps.places[moved ? BOTH_SHUFFLED : AS_THEY_ARE]));
      }
      const result = compare(...maps.arranged);
      bar.show(result);
      for (const panel of Object.values(panels)) panel.point(position, maps.shape);
      reading.textContent = read(position, maps);
      return say(names, result);
    },
  };
}

/** The maps by name, as they are and shuffled, and where their numbers then lie. */
class NamedMaps {
  constructor(page) {
    const { shape, maps, permutation, block } = page.data;
    [this.page, this.shape, this.block, this.count] = [page, shape, block, shape[0] * shape[1]];
    this.numbers = floats(maps);
    this.permutation = new Uint32Array(
      permutation.buffer.slice(permutation.byteOffset, permutation.byteOffset + permutation.byteLength),
    );
    this.places = {
      [AS_THEY_ARE]: placesAfter(this.permutation.map((_, i) => i), shape[1]),
      [BOTH_SHUFFLED]: placesAfter(this.permutation, shape[1]),
    };
    this.picture = null;
  }

  of(name) {
    const index = this.page.get("options").first.indexOf(name);
    return Float64Array.from(this.numbers.subarray(index * this.count, (index + 1) * this.count));
  }

  choose(names, positions) {
    this.chosen = names.map((name) => this.of(name));
    this.arranged = this.chosen.map((map, i) => (
      positions === BOTH_SHUFFLED || (positions === SECOND_SHUFFLED && i === 1)
        ? shuffled(map, this.permutation) : map));
    this.product = this.arranged[0].map((number, i) => number * this.arranged[1][i]);
    const most = this.chosen.map(brightest);
    this.shares = this.chosen.map((map, i) => map.map((number) => number / most[i]));
    this.brightestProduct = brightest(this.product) / (most[0] * most[1]);
  }
}

/** Where the numbers of both maps lie now, on their way to where they belong. */
class Flight {
  constructor(home, paint) {
    [this.places, this.goals, this.paint] = [[home, home], null, paint];
  }

  to(goals) {
    const moves = this.goals && goals.some((goal, i) => goal !== this.goals[i]);
    this.goals = goals;
    if (moves && mayMove()) {
      [this.from, this.begin] = [this.places, undefined];
      this.frame ??= requestAnimationFrame((now) => this.step(now));
    } else if (moves || !this.frame) {  // else it is on its way, and painted at every step
      this.land();
    }
  }

  step(now) {
    this.begin ??= now;
    const share = Math.min(1, (now - this.begin) / FLIGHT);
    if (share === 1) return this.land();
    this.places = this.from.map((places, i) => between(places, this.goals[i], share));
    this.frame = requestAnimationFrame((later) => this.step(later));
    return this.paint(this.places);
  }

  land() {
    cancelAnimationFrame(this.frame);
    [this.frame, this.places] = [undefined, this.goals];
    this.paint(this.places);
  }
}

/** A picture of the maps under its title. */
class Panel {
  constructor(kind) {
    this.canvas = html("canvas");
    this.frame = html("div", { class: "nst-frame" });
    this.picture = html("div", { class: "nst-picture" }, this.canvas, this.frame);
    this.title = html("span");
    this.scale = html("small");
    this.element = html("figure", { class: `nst-panel ${kind}` },
      html("figcaption", {}, this.title, this.scale), this.picture);
  }

  name(scale, ...title) {
    this.title.replaceChildren(...title);
    this.scale.textContent = scale;
  }

  point(position, [rows, columns]) {
    this.frame.hidden = !position;
    if (position) lay(this.frame, position[1] / columns, position[0] / rows, 1 / columns, 1 / rows);
  }

  /** Paint so many rows and columns of pixels; `colour(i)` is one of those that `rgb` makes. */
  paint([rows, columns], colour) {
    const { canvas } = this;
    if (this.image?.width !== columns || this.image.height !== rows) {
      [canvas.width, canvas.height] = [columns, rows];
      this.image = canvas.getContext("2d").createImageData(columns, rows);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    for (let i = 0; i < this.pixels.length; i++) this.pixels[i] = colour(i);
    canvas.getContext("2d").putImageData(this.image, 0, 0);
  }
}

/** From 0 to the largest possible dot product: the present one as a bar, and a mark at chance. */
class Bar {
  constructor() {
    this.fill = html("div", { class: "nst-fill" });
    this.mark = html("div", { class: "nst-chance" });
    this.dot = html("span", { class: "nst-above" });
    this.chance = html("span", { class: "nst-below" });
    this.most = html("small");
    this.numbers = html("table", {});
    this.element = html("div", { class: "nst-measure" },
      html("div", { class: "nst-track" }, this.fill, this.mark, this.dot, this.chance,
        html("small", {}, "0"), this.most),
      this.numbers);
  }

  show({ dot, chance, largest, cosine, correlation }) {
    const [share, expected] = [dot, chance].map((number) => (largest ? number / largest : 0));
    this.fill.style.width = `${100 * share}%`;
    for (const [element, at] of [[this.mark, expected], [this.dot, share], [this.chance, expected]]) {
      element.style.left = `${100 * at}%`;
      element.style.setProperty("--at", at);
    }
    this.dot.textContent = `dot product ${significant(dot)}`;
    this.chance.textContent = `chance ${significant(chance)}`;
    this.most.textContent = `largest possible ${significant(largest)}`;
    const rows = { cosine: fixed(cosine), correlation: correlation === undefined ? "none" : fixed(correlation) };
    this.numbers.replaceChildren(...Object.entries(rows).map(
      ([name, number]) => html("tr", {}, html("th", {}, name), html("td", {}, number)),
    ));
  }
}

function nameAll(panels, [first, second], maps) {
  const scale = (numbers) => `black 0, brightest ${significant(numbers.reduce((a, b) => Math.max(a, b), 0))}`;
  const word = (kind, text) => html("span", { class: `nst-map-key nst-${kind}-key` }, text);
  panels.both.name("", word("first", first), " ", word("second", second), " ", word("both", "both at once"));
  panels.first.name(scale(maps.chosen[0]), first);
  panels.second.name(scale(maps.chosen[1]), `× ${second}`);
  panels.product.name(scale(maps.product), "= product");
}

/** What the light of both maps is painted on: `block` pixels along each side of a position. */
class Sheets {
  constructor(shape, block) {
    [this.positions, this.block, this.shape] = [shape, block, shape.map((length) => length * block)];
    [this.first, this.second, this.below] = [0, 1, 2].map(() => new Float32Array(this.shape[0] * this.shape[1]));
  }

  stamp({ shares, picture }, [first, second]) {
    stamp(this.first, this.positions, this.block, shares[0], first);
    stamp(this.second, this.positions, this.block, shares[1], second);
    if (picture) stampPicture(this.below, this.positions, this.block, picture, first);
  }
}

function paintAll(maps, panels, { large, small }, places) {
  large.stamp(maps, places);
  small.stamp({ shares: maps.shares }, places);
  const { first, second } = small;
  const white = 255 / maps.brightestProduct;
  panels.both.paint(large.shape, (i) => mixed(large.first[i], large.second[i], large.below[i]));
  panels.first.paint(small.shape, (i) => mixed(first[i], 0));
  panels.second.paint(small.shape, (i) => mixed(0, second[i]));
  panels.product.paint(small.shape, (i) => mixed(0, 0, white * first[i] * second[i]));
}

/** The light of both maps, shares from 0 to 1, on a grey level. */
function mixed(first, second, level = 0) {
  return rgb(
    level + first * FIRST[0] + second * SECOND[0],
    level + first * FIRST[1] + second * SECOND[1],
    level + first * FIRST[2] + second * SECOND[2],
  );
}

/** A colour as the number that its four bytes are in a canvas; a level beyond 255 is 255. */
function rgb(red, green, blue) {
  return 0xff000000 | (clipped(blue) << 16) | (clipped(green) << 8) | clipped(red);
}

function clipped(light) {
  return Math.min(255, Math.floor(light + 0.5));
}

/** The levels of a picture in grey, made dark, `block` pixels along each side of a position. */
function greyOf(image, { shape, block }) {
  const [height, width] = shape.map((length) => length * block);
  const canvas = html("canvas", { width, height });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(image, 0, 0, width, height);
  const { data } = pen.getImageData(0, 0, width, height);
  return Float32Array.from({ length: width * height }, (_, i) => DARK * data[4 * i]);
}

function read(position, { shape, arranged, product }) {
  if (!position) return "Point at a position to read its two numbers and their product.";
  const [row, column] = position;
  const i = row * shape[1] + column;
  const [a, b, both] = [arranged[0][i], arranged[1][i], product[i]].map((number) => significant(number));
  return `Row ${row}, column ${column}: ${a} × ${b} = ${both}`;
}

function say(names, { dot, chance, cosine, correlation }) {
  const found = correlation === undefined
    ? "there is no correlation, as one map is the same everywhere"
    : `the correlation ${fixed(correlation)}`;
  return `${names[0]} · ${names[1]} = ${significant(dot)}. Chance gives ${significant(chance)}. `
    + `The cosine is ${fixed(cosine)}, ${found}.`;
}

export default figure(build);
