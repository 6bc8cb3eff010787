// A channel as light over a picture, the channels that are strongest at a place, and the same
// channel in other pictures.

import { light, lightOfTwo, shareWhere } from "./channel_explorer_mathematics.js";
import { FIRST, SECOND, grey } from "./colours.js";
import { figure, html, lay, paint } from "./figure.js";
import { Maps, floats, placeBeside, placeOf, positionAt } from "./grids.js";
import { fixed, percent, significant } from "./numbers.js";

const STRONGEST = 8;
const OTHERS = 6;
const TALLEST = 440;  // pixels of the screen, of a picture
const SMALL = 130;  // the same of another picture

function build(page) {
  page.select("picture", "Picture");
  page.slider("layer", "Layer", { values: () => page.get("options").layer });
  page.slider("channel", "Channel", { max: () => page.data.maps.shape[0] - 1 });
  const compare = page.button("", () => page.set({ compared: page.get("compared") < 0 ? page.get("channel") : -1 }));
  const photograph = new Photograph();
  const alone = [new Alone(), new Alone()];
  const strongest = new Strongest(page, compare);
  const others = new Others(page);
  page.stage.classList.add("nst-explorer");
  page.stage.append(
    photograph.element, html("div", { class: "nst-panel nst-alone" }, ...alone.map((map) => map.element)),
    strongest.element, others.element,
  );

  let hovered;  // the place under the pointer, while none is pressed
  const hand = {
    point: (place) => { hovered = undefined; page.set({ place }); page.redraw(); },
    hover: (place) => { hovered = place; page.redraw(); },
    leave: () => { hovered = undefined; page.redraw(); },
  };
  for (const part of [photograph, ...alone]) page.pointer(part.picture, hand);
  const endComparing = () => page.set({ compared: -1 });
  page.keys(photograph.picture, "Place in the picture: arrow keys move the ring, Enter takes its strongest channel", {
    move: (right, down) => {
      hovered = undefined;
      page.set({ place: placeBeside(page.get("place"), right, down, page.data.maps.shape.slice(1)) });
    },
    enter: () => {
      const maps = new Maps(page.data.maps);
      page.set({ channel: maps.strongest(positionAt(page.get("place"), maps.shape))[0] });
    },
    escape: endComparing,
  });
  for (const part of [page.bar, page.stage]) {
    part.addEventListener("keydown", (event) => event.key === "Escape" && endComparing());
  }

  return {
    draw() {
      const { data } = page;
      const maps = new Maps(data.maps);
      const channel = Math.min(page.get("channel"), maps.count - 1);
      const compared = page.get("compared") < maps.count ? page.get("compared") : -1;
      page.set({ channel, compared });  // where no kernel has done so
      const other = compared === channel ? -1 : compared;
      const position = positionAt(hovered ?? page.get("place"), maps.shape);
      const ring = placeOf(position, maps.shape);
      const seen = { data, maps, channel, other, position, ring };
      compare.textContent = compared < 0 ? `Keep channel ${channel} to compare` : `Stop comparing with ${compared}`;
      photograph.draw(page, seen);
      alone[0].draw(seen, channel, other < 0 ? undefined : FIRST, "orange");
      alone[1].draw(seen, other, SECOND, "blue");
      strongest.draw(seen);
      others.draw(page, seen);
      return say(page, seen, compared);
    },
  };
}

/** Paint a canvas unless it was painted from the same parts before. */
const painted = new WeakMap();
function paintAnew(canvas, parts, shape, colour) {
  if (painted.get(canvas)?.every((part, i) => part === parts[i])) return;
  painted.set(canvas, parts);
  paint(canvas, shape, colour);
}

/** Paint a channel in greys, or from black to a colour. */
function paintMap(canvas, data, maps, channel, white, colour) {
  const numbers = maps.numbers(channel);
  const tint = colour && ((share) => colour.map((level) => level * Math.min(share, 1)));
  paintAnew(canvas, [data, channel, colour], maps.shape, (i) => (tint ?? grey)(numbers[i] / white));
}

class Photograph {
  constructor() {
    this.image = html("img", { alt: "" });
    this.light = html("canvas", { class: "nst-light" });
    this.ring = html("div", { class: "nst-ring" });
    this.caption = html("figcaption");
    this.picture = html("div", { class: "nst-picture nst-over" }, this.image, this.light, this.ring);
    this.element = html("figure", { class: "nst-panel" }, this.caption, this.picture);
  }

  draw(page, { data, maps, channel, other, ring }) {
    page.picture(this.image, data.picture);
    sized(this.picture, data.ratio);
    const [first, second] = [channel, other].map((number) => (number < 0 ? undefined : maps.numbers(number)));
    paintAnew(this.light, [data, channel, other], maps.shape, (i) => (second
      ? lightOfTwo(first[i] / data.white, second[i] / data.white) : light(first[i] / data.white)));
    lay(this.ring, ...ring);
    this.caption.replaceChildren(...(second
      ? [key("orange", channel), key("blue", other), html("small", {}, "white: both")]
      : [`Channel ${channel} over ${page.get("picture")}`, html("small", {}, "bright where it is active")]));
  }
}

function key(colour, channel) {
  return html("span", { class: `nst-key nst-${colour}` }, `channel ${channel}`);
}

class Alone {
  constructor() {
    this.map = html("canvas", { class: "nst-map" });
    this.ring = html("div", { class: "nst-ring" });
    this.caption = html("figcaption");
    this.picture = html("div", { class: "nst-picture" }, this.map, this.ring);
    this.element = html("figure", { class: "nst-panel" }, this.caption, this.picture);
  }

  draw({ data, maps, position, ring }, channel, colour, name) {
    this.element.hidden = channel < 0;
    if (channel < 0) return;
    sized(this.picture, data.ratio);
    paintMap(this.map, data, maps, channel, data.white, colour);
    lay(this.ring, ...ring);
    const here = `${channel}: ${fixed(maps.at(channel, position), 1)} at the ring`;
    const scale = `black 0, ${colour ? name : "white"} ${significant(data.white)} and more`;
    this.caption.replaceChildren(html("span", {}, here), html("small", {}, scale));
  }
}

function sized(picture, ratio, tallest = TALLEST) {
  picture.style.aspectRatio = ratio;
  picture.style.maxWidth = `${tallest * ratio}px`;
}

class Strongest {
  constructor(page, compare) {
    this.channels = [];
    this.slots = Array.from({ length: STRONGEST }, (_, rank) => {
      const [map, words] = [html("canvas"), html("span")];
      const button = page.button(map, () => page.set({ channel: this.channels[rank] }));
      button.append(words);
      return { button, map, words };
    });
    this.element = html("section", { class: "nst-row", "aria-label": "The strongest channels at the ring" },
      html("div", { class: "nst-title" }, "Strongest at the ring", html("small", {}, "press one to take it"), compare),
      html("div", { class: "nst-small nst-strongest" }, ...this.slots.map(({ button }) => button)));
  }

  draw({ data, maps, channel, other, position }) {
    this.channels = maps.strongest(position).slice(0, STRONGEST);
    this.slots.forEach(({ button, map, words }, rank) => {
      const number = this.channels[rank];
      map.style.aspectRatio = data.ratio;
      paintMap(map, data, maps, number, data.white);
      words.textContent = `${number}: ${fixed(maps.at(number, position), 1)}`;
      button.setAttribute("aria-pressed", number === channel);
      button.classList.toggle("nst-first", other >= 0 && number === channel);
      button.classList.toggle("nst-second", number === other);
    });
  }
}

class Others {
  constructor(page) {
    this.slots = Array.from({ length: OTHERS }, () => {
      const slot = { image: html("img", { alt: "" }), words: html("span") };
      slot.map = html("canvas", { class: "nst-light" });
      slot.picture = html("span", { class: "nst-picture" }, slot.image, slot.map);
      slot.button = page.button(slot.picture, () => page.set({ picture: slot.name }));
      slot.button.append(slot.words);
      return slot;
    });
    this.title = html("span");
    this.element = html("section", { class: "nst-row", "aria-label": "The channel in other pictures" },
      html("p", { class: "nst-title" }, this.title, html("small", {}, "on the same scale; the number is the largest activation there")),
      html("div", { class: "nst-small nst-others" }, ...this.slots.map(({ button }) => button)));
  }

  draw(page, { data, channel }) {
    this.element.hidden = data.others.length === 0;
    this.title.textContent = `Channel ${channel} in other pictures`;
    this.slots.forEach((slot, number) => {
      const other = data.others[number];
      slot.button.hidden = other === undefined;
      if (!other) return;
      const maps = new Maps(other.maps);
      slot.name = other.name;
      slot.button.disabled = !page.get("options").picture.includes(other.name);
      page.picture(slot.image, other.picture);
      sized(slot.picture, other.ratio, SMALL);
      const numbers = maps.numbers(channel);
      paintAnew(slot.map, [data, channel], maps.shape, (i) => light(numbers[i] / data.white));
      slot.words.textContent = `${other.name}: ${fixed(floats(other.largest)[channel], 1)}`;
    });
  }
}

function say(page, { maps, channel, position }, compared) {
  const numbers = maps.numbers(channel);
  const [best] = maps.strongest(position);
  const largest = numbers.reduce((a, b) => Math.max(a, b));
  const zero = shareWhere(maps.size, (i) => numbers[i] === 0);
  const text = `${page.get("layer")}, channel ${channel} of 0 to ${maps.count - 1}: at most ${fixed(largest, 1)} in `
    + `${page.get("picture")}, zero at ${percent(zero)} of the places. At the ring it is `
    + `${fixed(maps.at(channel, position), 1)}; the strongest there is channel ${best} with `
    + `${fixed(maps.at(best, position), 1)}.`;
  if (compared === channel) return `${text} Now choose another channel, to compare it with this one.`;
  if (compared < 0) return text;
  const others = maps.numbers(compared);
  const both = shareWhere(maps.size, (i) => numbers[i] > 0 && others[i] > 0);
  return `${text} Channel ${compared}, in blue, is ${fixed(maps.at(compared, position), 1)} there; both are above zero `
    + `at ${percent(both)} of the places.`;
}

export default figure(build);
