// The losses of a run, as lines.

import { html, svg } from "../widgets/figure.js";
import { significant } from "../widgets/numbers.js";

const LOSSES = { total: "total", content: "photo", style: "style", variation: "smoothness" };
const [WIDE, HIGH, EDGE] = [240, 64, 3];

export class Curves {
  constructor() {
    this.charts = html("div", { class: "nst-charts" });
    this.element = html("div", { class: "nst-curves" },
      html("small", {}, "How far the painting still is from the goal, step by step. “Total” should fall; the others pull against each other. Grey lines mark where the picture was enlarged, and all begin anew."),
      this.charts);
    this.parts = Object.fromEntries(Object.entries(LOSSES).map(([name, title]) => {
      const line = svg("polyline", {});
      const sizes = svg("path", {});
      const value = html("output");
      const drawing = svg("svg", {
        viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", role: "img",
      }, sizes, line);
      const part = html("figure", {}, html("figcaption", {}, html("span", {}, title), value), drawing);
      this.charts.append(part);
      return [name, { line, sizes, value, drawing, title }];
    }));
  }

  /** Show `{loss: [a number for each step]}`, with `size`, that of each step in pixels. */
  draw(history) {
    const steps = history?.total?.length ?? 0;
    this.element.hidden = steps < 2;
    if (steps < 2 || (this.history === history && this.steps === steps)) return;
    [this.history, this.steps] = [history, steps];
    const across = (step) => (step / (steps - 1)) * WIDE;
    const changes = history.size.flatMap((size, step) => (step && size !== history.size[step - 1] ? [step - 0.5] : []));
    const marks = changes.map((step) => `M${across(step).toFixed(1)},0V${HIGH}`).join("");
    for (const [name, { line, sizes, value, drawing, title }] of Object.entries(this.parts)) {
      const losses = history[name];
      const logs = losses.map((loss) => Math.log(Math.max(loss, 1e-12)));
      const [low, high] = [Math.min(...logs), Math.max(...logs)];
      const down = (log) => EDGE + ((high - log) / Math.max(high - low, 1e-9)) * (HIGH - 2 * EDGE);
      line.setAttribute("points", logs.map((log, step) => `${across(step).toFixed(1)},${down(log).toFixed(1)}`).join(" "));
      sizes.setAttribute("d", marks);
      const [first, last] = [losses[0], losses.at(-1)].map((loss) => significant(loss));
      value.textContent = last;
      drawing.setAttribute("aria-label", `The ${title} loss over ${steps} steps: at first ${first}, now ${last}.`);
    }
  }
}
