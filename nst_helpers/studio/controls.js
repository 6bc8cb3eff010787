// How it is to be painted: presets, sliders of words, and what a run begins with.

import { html } from "../widgets/figure.js";
import { duration, listed, nearest, wordOf } from "./words.js";

/** `{setting: [label, meaning, what a list calls it]}`: those that a run follows, which presets set. */
const WEIGHTS = {
  content_weight: ["Keep the photo", "How much of the photo stays", "photo kept"],
  style_weight: ["Follow the style", "How much of the style comes in", "style"],
  variation_weight: ["Smoothness", "How smooth the surface is", "surface"],
};
const STROKES = { style_scale: ["Strokes", "How large the strokes are", "strokes"] };
export const SLIDERS = { ...WEIGHTS, ...STROKES };
const CHOICES = { size: "Size", steps: "Time" };

export class Controls {
  constructor(page) {
    this.page = page;
    this.presets = this.#presets();
    const sliders = (those) => Object.entries(those).map(([name, words]) => this.#slider(name, ...words));
    const elements = (parts) => parts.map(({ element }) => element);
    const [weights, strokes] = [sliders(WEIGHTS), sliders(STROKES)];
    this.sliders = [...weights, ...strokes];
    this.choices = Object.entries(CHOICES).map(([name, label]) => this.#choice(name, label));
    this.colours = html("input", { type: "checkbox" });
    this.colours.addEventListener("change", () => page.choose({ keep_colours: this.colours.checked }));
    this.start = html("button", { type: "button", class: "nst-start" });
    this.start.addEventListener("click", () => {
      if (this.start.getAttribute("aria-disabled") === "false") page.paint();
    });
    this.why = html("small", { class: "nst-why" });
    this.next = html("small", {}, "For the next painting");
    this.later = html("div", {}, this.next,
      html("div", { class: "nst-sliders" }, ...elements(strokes)),
      html("div", { class: "nst-rows" }, ...elements(this.choices)),
      html("label", { class: "nst-check" }, this.colours, "Keep the colours of the photo"));
    this.element = html("section", { "aria-label": "How to paint it" },
      this.presets.element, html("div", { class: "nst-sliders" }, ...elements(weights)), this.later);
    this.begin = html("div", { class: "nst-begin" }, this.start, this.why);
  }

  draw() {
    for (const part of [this.presets, ...this.sliders, ...this.choices]) part.draw();
    this.colours.checked = this.page.choices.keep_colours;
    const { busy } = this.page;
    const seconds = this.page.get("estimate");
    this.start.setAttribute("aria-disabled", busy || !this.page.alive);  // and keeps the focus
    this.start.textContent = busy ? this.#doing() : "Paint";
    this.why.textContent = busy
      ? `You can change ${listed(Object.values(WEIGHTS).map(([label]) => `“${label}”`))} while it paints. Other changes apply to the next painting.`
      : seconds ? `takes about ${duration(seconds)}` : "";
    this.later.classList.toggle("nst-later", busy);
    this.next.hidden = !busy;
  }

  #doing() {
    const { state, ahead } = this.page.live;
    if (state === "paused") return "Paused";
    return ahead ? "Waiting …" : "Painting …";
  }

  #presets() {
    const { presets } = this.page.get("options");
    const buttons = Object.entries(presets).map(([name, weights]) => {
      const button = html("button", { type: "button" }, name);
      button.addEventListener("click", () => this.page.choose(weights));
      return [button, Object.entries(weights)];
    });
    const element = html("div", { class: "nst-presets", role: "group", "aria-label": "Presets" },
      ...buttons.map(([button]) => button));
    const draw = () => {
      for (const [button, weights] of buttons) {
        const same = weights.every(([name, value]) => this.page.choices[name] === value);
        button.setAttribute("aria-pressed", same);
      }
    };
    return { element, draw };
  }

  #slider(name, label, meaning) {
    const options = this.page.get("options")[name];
    const tick = html("datalist", { id: `nst-${name}-${Math.random()}` },
      html("option", { value: options.findIndex(([word]) => word === "normal") }));
    const input = html("input", {
      type: "range", name, min: 0, max: options.length - 1, list: tick.id, "aria-label": `${label}: ${meaning}`,
    });
    const output = html("output");
    input.addEventListener("input", () => this.page.choose({ [name]: options[input.value][1] }));
    const draw = () => {
      const value = this.page.choices[name];
      const word = wordOf(options, value);
      input.value = nearest(options, value);
      output.textContent = word;
      input.setAttribute("aria-valuetext", word);
    };
    return { element: html("label", { title: meaning }, html("span", {}, label), input, output, tick), draw };
  }

  #choice(name, label) {
    const options = this.page.get("options")[name];
    const key = `${name}-${Math.random()}`;
    const inputs = options.map(([word, value]) => {
      const input = html("input", { type: "radio", name: key, value });
      input.addEventListener("change", () => this.page.choose({ [name]: value }));
      return [input, word, value];
    });
    const other = html("output");
    const element = html("fieldset", { name }, html("legend", {}, label),
      ...inputs.map(([input, word]) => html("label", {}, input, html("span", {}, word))), other);
    const draw = () => {
      const chosen = this.page.choices[name];
      for (const [input, , value] of inputs) input.checked = value === chosen;
      other.textContent = options.some(([, value]) => value === chosen) ? "" : chosen;
    };
    return { element, draw };
  }
}
