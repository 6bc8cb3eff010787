// What one activation sees: its map, its field in the picture, the patch cut out and lit by the
// weight of its pixels, and the patches of all layers.

import { grey } from "./colours.js";
import { figure, html, lay, paint } from "./figure.js";
import { Maps, placeBeside, placeOf, positionAt } from "./grids.js";
import { percent, significant } from "./numbers.js";
import { boxAt, nearestPosition, reachesOver, sharesOf } from "./receptive_field_mathematics.js";

const BEYOND = "rgb(217 217 217)";  // what a field sees where no picture is
const COARSE = 40;  // the pixels of a patch with more of them are not told apart
const TALLEST = 400;  // pixels of the screen, of the picture
const COVER = [128, 128, 128];  // lies over what has no weight: black would look like a dark pixel

function build(page) {
  page.slider("layer", "Layer", { values: () => page.get("options").layer });
  const layers = page.get("options").layer;
  const map = new Panel("nst-of-map", "Place in the map: arrow keys move it");
  const picture = new Panel("nst-of-picture", "Place in the picture: arrow keys move it");
  const cell = html("div", { class: "nst-cell" });
  const frame = html("div", { class: "nst-field" });
  const frames = new Map(layers.map((layer) => [layer, html("div", { class: "nst-thin" })]));
  map.picture.append(cell);
  picture.picture.append(frame, ...frames.values());
  const patches = new Patches();
  const strip = new Strip(page, layers);
  page.stage.append(html("div", { class: "nst-receptive" },
    map.element, picture.element, patches.element, strip.element));

  let hovered;  // the place under the pointer, while none is pressed
  for (const part of [map, picture]) {
    page.pointer(part.picture, {
      point: (place) => { hovered = undefined; page.set({ place }); page.redraw(); },
      hover: (place) => { hovered = place; page.redraw(); },
      leave: () => { hovered = undefined; page.redraw(); },
    });
    page.keys(part.picture, part.label, {
      move: (right, down) => {
        hovered = undefined;
        const shape = page.data.maps[page.get("layer")].shape.slice(1);
        page.set({ place: placeBeside(page.get("place"), right, down, shape) });
      },
    });
  }

  const last = {};
  return {
    draw() {
      const { data } = page;
      const [layer, place] = [page.get("layer"), hovered ?? page.get("place")];
      // A frame grows from layer to layer, and follows the hand at once.
      if (last.layer && last.layer !== layer) page.stage.classList.add("nst-growing");
      else if (String(last.place) !== String(place)) page.stage.classList.remove("nst-growing");
      Object.assign(last, { layer, place });

      const maps = new Maps(data.maps[layer]);
      const position = positionAt(place, maps.shape);
      const box = boxAt(data.fields[layer], position);
      const positions = Object.fromEntries(layers.map((name) => [name, name === layer ? position
        : nearestPosition(box, data.fields[name], data.maps[name].shape.slice(1))]));
      const boxes = Object.fromEntries(layers.map((name) => [name, boxAt(data.fields[name], positions[name])]));
      strip.places = Object.fromEntries(layers.map((name) => [name,
        placeOf(positions[name], data.maps[name].shape.slice(1))]));
      drawMap(map, maps, layer, data.shape);
      lay(cell, position[1] / maps.shape[1], position[0] / maps.shape[0], 1 / maps.shape[1], 1 / maps.shape[0]);
      drawPicture(picture, data);
      lay(frame, ...sharesOf(box, data.shape));
      for (const [name, thin] of frames) {
        thin.hidden = name === layer;
        lay(thin, ...sharesOf(boxes[name], data.shape));
      }
      patches.draw(picture.canvas, box, data.weights[layer], data.shares[layer]);
      strip.draw(picture.canvas, boxes, layer);
      return say(layer, position, box, data);
    },
  };
}

class Panel {
  constructor(name, label) {
    this.label = label;
    this.canvas = html("canvas");
    this.picture = html("div", { class: "nst-picture" }, this.canvas);
    this.caption = html("figcaption");
    this.element = html("figure", { class: `nst-panel ${name}` }, this.caption, this.picture);
  }

  size([rows, columns]) {
    this.picture.style.aspectRatio = columns / rows;
    this.picture.style.maxWidth = `${(TALLEST * columns) / rows}px`;
  }
}

function drawMap(map, maps, layer, shape) {
  if (map.layer === layer) return;
  map.layer = layer;
  map.size(shape);
  const [white, numbers] = [maps.white[0], maps.numbers(0)];
  paint(map.canvas, maps.shape, (i) => grey(white ? numbers[i] / white : 0));
  map.caption.replaceChildren(html("span", {}, `Mean map of ${layer}`),
    html("small", {}, `black 0, white ${significant(white)}`));
}

function drawPicture(picture, { pixels, shape }) {
  if (picture.drawn) return;
  picture.drawn = true;
  picture.size(shape);
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  paint(picture.canvas, shape, (i) => bytes.subarray(3 * i, 3 * i + 3));
  picture.caption.replaceChildren(html("span", {}, "Its field"),
    html("small", {}, "thin: fields of other layers"));
}

/** Cut a box out of the picture; what lies beyond its border is grey. */
function cut(canvas, picture, { left, top, side }) {
  if (canvas.width !== side) [canvas.width, canvas.height] = [side, side];
  const pen = canvas.getContext("2d");
  pen.fillStyle = BEYOND;
  pen.fillRect(0, 0, side, side);
  pen.drawImage(picture, -left, -top);
  canvas.classList.toggle("nst-fine", side > COARSE);
}

class Patches {
  constructor() {
    this.seen = new Panel("nst-seen");
    this.lit = new Panel("nst-lit");
    this.weight = html("canvas", { class: "nst-weight" });
    const middle = html("div", { class: "nst-middle" });
    lay(middle, 0.25, 0.25, 0.5, 0.5);
    this.lit.picture.append(this.weight, middle);
    this.element = html("div", { class: "nst-patches" }, this.seen.element, this.lit.element);
  }

  draw(picture, box, weight, share) {
    const { side } = box;
    for (const { canvas } of [this.seen, this.lit]) cut(canvas, picture, box);
    this.seen.caption.textContent = `It sees ${side} × ${side} pixels`;
    this.lit.picture.classList.toggle("nst-waiting", !weight);
    this.lit.caption.replaceChildren(html("span", {}, "What counts"),
      html("small", {}, weight ? `middle quarter ${percent(share)}` : "computing …"));
    if (!weight || this.weight.width === side) return;  // each layer has another side
    const numbers = new Maps(weight).numbers(0);
    paint(this.weight, [side, side], (i) => [...COVER, 255 * (1 - numbers[i] / weight.white[0])]);
    this.weight.classList.toggle("nst-fine", side > COARSE);
  }
}

class Strip {
  constructor(page, layers) {
    this.slots = new Map(layers.map((layer) => {
      const canvas = html("canvas");
      const button = page.button(canvas, () => page.set({ layer, place: this.places[layer] }));
      button.append(html("span", {}, layer), html("small"));
      return [layer, { button, canvas }];
    }));
    this.element = html("section", { class: "nst-of-layers", "aria-label": "The same place, layer by layer" },
      html("p", { class: "nst-title" }, html("span", {}, "The same place, layer by layer"),
        html("small", {}, "press one to see it large")),
      html("div", { class: "nst-small" }, ...[...this.slots.values()].map(({ button }) => button)));
  }

  draw(picture, boxes, chosen) {
    for (const [layer, { button, canvas }] of this.slots) {
      cut(canvas, picture, boxes[layer]);
      button.lastChild.textContent = `${boxes[layer].side} px`;
      button.setAttribute("aria-pressed", layer === chosen);
    }
  }
}

function say(layer, [row, column], box, { shape, shares }) {
  const { left, top, side } = box;
  const parts = [`${layer}, row ${row}, column ${column}: it sees ${side} × ${side} pixels, rows ${top} to `
    + `${top + side - 1} and columns ${left} to ${left + side - 1} of a picture of ${shape[0]} rows and `
    + `${shape[1]} columns.`];
  if (reachesOver(box, shape)) parts.push("Grey is beyond the border, where the network sees zeros.");
  if (layer in shares) {
    parts.push(`The middle quarter of this square has ${percent(shares[layer])} of the weight: `
      + "how much the number changes with each pixel.");
  }
  return parts.join(" ");
}

export default figure(build);
