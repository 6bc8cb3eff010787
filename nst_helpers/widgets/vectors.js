// Two arrows to drag; the rectangle has the area of their dot product.

import { figure, html, svg } from "./figure.js";
import { fixed, significant, within } from "./numbers.js";
import { cosine, dot, length, projection, scaled } from "./vectors_mathematics.js";

const LARGEST = 4;  // number in an arrow
const REACH = 4.5;  // the plane shows the numbers from -4.5 to 4.5
const UNIT = 50;  // of the drawing for one number, so that text has a common size
const NAMES = ["a", "b"];

function build(page) {
  page.toggle("locked", "Same length").addEventListener("click", () => {
    if (page.get("locked")) move(page, "b", page.get("b"));  // at once, and not with the next move
  });
  const plane = svg("svg", {
    class: "nst-plane", viewBox: [-REACH, -REACH, 2 * REACH, 2 * REACH].map((v) => UNIT * v).join(" "),
  });
  const area = svg("polygon", { class: "nst-area" });
  const sign = svg("text", { class: "nst-sign" });
  const shadow = svg("line", { class: "nst-shadow" });
  const drop = svg("line", { class: "nst-drop" });
  const arc = svg("path", { class: "nst-arc" });
  const arrows = NAMES.map((name) => new Arrow(page, plane, name));
  plane.append(grid(), area, shadow, drop, arc, ...arrows.map((arrow) => arrow.element), sign);
  const table = html("table", { class: "nst-products" });
  page.stage.append(
    html("div", { class: "nst-panel" }, plane),
    html("div", { class: "nst-panel" }, table,
      html("p", { class: "nst-sides" }, "The rectangle: one side is the shadow of b on a, the other is as long as a.")),
  );
  let held;
  page.pointer(plane, {
    point([x, y], pressed) {
      const head = [2 * REACH * x - REACH, REACH - 2 * REACH * y];
      if (pressed) {
        const far = NAMES.map((name) => Math.hypot(...page.get(name).map((v, i) => v - head[i])));
        held = far[0] < far[1] ? 0 : 1;
        arrows[held].element.focus({ preventScroll: true });
      }
      move(page, NAMES[held], head);
    },
  });

  return {
    draw() {
      const [a, b] = NAMES.map((name) => page.get(name));
      const product = dot(a, b);
      for (const arrow of arrows) arrow.draw();
      const foot = projection(a, b);
      line(shadow, [0, 0], foot);
      line(drop, b, foot);
      arc.setAttribute("d", arcBetween(a, b));
      drawArea(area, sign, a, b, foot);
      drawTable(table, a, b);
      return say(a, b, product);
    },
  };
}

class Arrow {
  constructor(page, plane, name) {
    [this.page, this.name] = [page, name];
    this.shaft = svg("line");
    this.head = svg("polygon");
    this.handle = svg("circle", { r: 17 });
    this.letter = svg("text");
    this.letter.textContent = name;
    this.element = svg("g", { class: `nst-arrow nst-${name}` },
      this.shaft, this.head, this.handle, this.letter);
    page.keys(this.element, `arrow ${name}`, {
      move: (right, down) => {
        const [x, y] = page.get(name);
        move(page, name, [x + right / 10, y - down / 10]);
      },
    });
  }

  draw() {
    const [x, y] = this.page.get(this.name);
    const long = Math.hypot(x, y);
    const [along, up] = long ? [x / long, y / long] : [0, 1];
    line(this.shaft, [0, 0], [x - 0.2 * along, y - 0.2 * up]);
    const corner = (back, side) => [x - back * along - side * up, y - back * up + side * along];
    const corners = [[x, y], corner(0.32, 0.13), corner(0.32, -0.13)];
    this.head.setAttribute("points", long ? points(corners) : "");
    put(this.handle, "cx", "cy", [x, y]);
    put(this.letter, "x", "y", [x + 0.55 * along, y + 0.55 * up].map((v) => within(v, -4.3, 4.3)));
  }
}

/** Put the head of an arrow to tenths in the plane; with the lock, only its direction changes. */
function move(page, name, head) {
  let arrow = head.map((number) => within(number, -LARGEST, LARGEST));
  const other = page.get(name === "a" ? "b" : "a");
  const decimals = page.get("locked") ? 3 : 1;
  if (page.get("locked")) arrow = scaled(arrow, length(other));
  page.set({ [name]: arrow.map((number) => Number(fixed(within(number, -LARGEST, LARGEST), decimals))) });
}

/** Where a pair of numbers lies in the drawing, whose second axis points down. */
function at([x, y]) {
  return [UNIT * x, -UNIT * y];
}

function put(element, across, down, numbers) {
  const [x, y] = at(numbers);
  element.setAttribute(across, x);
  element.setAttribute(down, y);
}

function line(element, from, to) {
  put(element, "x1", "y1", from);
  put(element, "x2", "y2", to);
}

function points(corners) {
  return corners.map((corner) => at(corner).join(",")).join(" ");
}

function grid() {
  const lines = [-4, -3, -2, -1, 0, 1, 2, 3, 4].flatMap((number) => {
    const kind = { class: number ? "nst-grid" : "nst-axis" };
    const [upright, level] = [svg("line", kind), svg("line", kind)];
    line(upright, [number, -REACH], [number, REACH]);
    line(level, [-REACH, number], [REACH, number]);
    return [upright, level, ...(number ? [tick(number, [number, -0.3]), tick(number, [-0.3, number])] : [])];
  });
  const quarter = svg("polygon", {
    class: "nst-quarter", points: points([[0, 0], [REACH, 0], [REACH, REACH], [0, REACH]]),
  });
  const notes = ["no negative number,", "as after a ReLU"].map((words, row) => {
    const note = svg("text", { class: "nst-note" });
    put(note, "x", "y", [0.1, 4.2 - 0.35 * row]);
    note.textContent = words;
    return note;
  });
  return svg("g", { "aria-hidden": true }, quarter, ...lines, ...notes);
}

/** The number of a line, beside the axis. */
function tick(number, place) {
  const text = svg("text", { class: "nst-tick" });
  put(text, "x", "y", place);
  text.textContent = String(number).replace("-", "−");
  return text;
}

/** An arc from one arrow to the other, the shorter way. */
function arcBetween(a, b) {
  if (!length(a) || !length(b)) return "";
  const [from, to] = [a, b].map((arrow) => at(scaled(arrow, 0.7)).join(" "));
  const clockwise = a[0] * b[1] - a[1] * b[0] < 0 ? 1 : 0;
  return `M${from}A35 35 0 0 ${clockwise} ${to}`;
}

/** The rectangle whose sides are the shadow of b and the length of a, on the side away from b. */
function drawArea(area, sign, a, b, foot) {
  const side = a[0] * b[1] - a[1] * b[0] > 0 ? -1 : 1;
  const across = [-a[1] * side, a[0] * side];
  const corners = [[0, 0], foot, [foot[0] + across[0], foot[1] + across[1]], across];
  area.setAttribute("points", points(corners));
  const product = dot(a, b);
  area.style.display = Math.abs(product) < 0.005 ? "none" : "";
  area.classList.toggle("nst-negative", product < 0);
  const middle = foot.map((number, i) => within((number + across[i]) / 2, -4, 4));
  put(sign, "x", "y", middle);
  sign.textContent = Math.abs(product) < 0.3 ? "" : `area ${significant(product)}`;
}

function drawTable(table, a, b) {
  const angle = cosine(a, b);
  const rows = [
    ["", "a", "b", "a × b"],
    ...[0, 1].map((i) => [`position ${i + 1}`, significant(a[i]), significant(b[i]), fixed(a[i] * b[i])]),
    ["dot product", "", "", fixed(dot(a, b))],
    ["length", fixed(length(a)), fixed(length(b)), ""],
    ["cosine", "", "", angle === undefined ? "none" : fixed(angle)],
    ["angle", "", "", angle === undefined ? "none" : `${degrees(angle)}°`],
  ];
  table.replaceChildren(...rows.map((cells, row) => html("tr", row === 3 ? { class: "nst-sum" } : {},
    ...cells.map((text, column) => html(column && row || !text ? "td" : "th", {}, text)))));
}

function degrees(angle) {
  return fixed((Math.acos(angle) * 180) / Math.PI, 0);
}

function say(a, b, product) {
  const angle = cosine(a, b);
  const terms = [0, 1].map((i) => `${significant(a[i])} × ${significant(b[i])}`).join(" + ");
  const rest = angle === undefined
    ? "One of the arrows has no length, so there is no angle."
    : `The cosine is ${fixed(angle)}, the angle ${degrees(angle)}°.`;
  return `a · b = ${terms} = ${significant(product)}. ${rest}`;
}

export default figure(build);
