// The painting: as it grows or as it was kept, beside what it began as, and what can be done with it.

import { html } from "../widgets/figure.js";
import { within } from "../widgets/numbers.js";
import { Curves } from "./curves.js";
import { doing, heard } from "./words.js";

const VIEWS = { painting: "Painting", slide: "Slide", side: "Side by side" };
const STEP = 0.02;  // of the width, for an arrow key

export class Easel {
  constructor(page) {
    this.page = page;
    this.view = "painting";
    this.other = "photo";
    this.line = 0.5;
    this.curves = new Curves();
    this.left = html("img", { alt: "" });
    this.right = html("img", { alt: "" });
    this.handle = html("div", { class: "nst-handle", role: "slider", tabindex: 0, "aria-valuemin": 0, "aria-valuemax": 100, "aria-label": "The line between before and after" });
    this.canvas = html("div", { class: "nst-canvas" }, this.left, this.right, this.handle);
    this.right.addEventListener("load", () => {
      this.canvas.style.setProperty("--ratio", this.right.naturalWidth / this.right.naturalHeight);
    });
    this.captions = [html("span"), html("span")];
    this.progress = html("progress", { max: 1, "aria-label": "How much is painted" });
    this.state = html("strong");
    this.title = html("span");
    this.status = html("p", { class: "nst-status", role: "status" });
    this.buttons = html("div", { class: "nst-buttons", role: "group", "aria-label": "What to do with the painting" });
    this.compare = this.#compare();
    this.element = html("section", { "aria-label": "The painting", class: "nst-easel" },
      html("div", { class: "nst-frame" }, this.canvas),
      html("div", { class: "nst-captions" }, ...this.captions),
      this.progress,
      html("p", { class: "nst-doing" }, this.state, this.title),
      this.status, this.buttons, this.compare, this.curves.element);
    this.#drag();
  }

  #compare() {
    const key = `view-${Math.random()}`;
    this.views = Object.entries(VIEWS).map(([view, words]) => {
      const input = html("input", { type: "radio", name: key, value: view });
      input.addEventListener("change", () => {
        this.view = view;
        this.page.changed();
      });
      return [view, input, html("label", {}, input, html("span", {}, words))];
    });
    this.with = html("select", { "aria-label": "Compare with" });
    this.with.addEventListener("change", () => {
      this.other = this.with.value;
      if (this.view === "painting") this.view = "slide";
      this.page.changed();
    });
    this.against = html("label", {}, "with", this.with);
    return html("div", { class: "nst-compare" },
      html("fieldset", {}, html("legend", {}, "Show"), ...this.views.map(([, , label]) => label)), this.against);
  }

  #drag() {
    const put = (event) => {
      const { left, width } = this.canvas.getBoundingClientRect();
      this.#move((event.clientX - left) / width);
    };
    this.canvas.addEventListener("pointerdown", (event) => {
      if (this.view !== "slide" || event.button !== 0) return;
      this.canvas.setPointerCapture(event.pointerId);
      this.handle.focus({ preventScroll: true });
      put(event);
      event.preventDefault();
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (this.canvas.hasPointerCapture(event.pointerId)) put(event);
    });
    const ways = { ArrowLeft: -STEP, ArrowDown: -STEP, ArrowRight: STEP, ArrowUp: STEP, PageDown: -5 * STEP, PageUp: 5 * STEP, Home: -1, End: 1 };
    this.handle.addEventListener("keydown", (event) => {
      if (!(event.key in ways)) return;
      this.#move(this.line + ways[event.key]);
      event.preventDefault();
    });
  }

  comeIntoView() {
    const { top, bottom } = this.canvas.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight) this.element.scrollIntoView({ block: "start" });
  }

  #move(line) {
    this.line = within(line, 0, 1);
    this.#drawLine();
  }

  draw() {
    const run = this.page.shown;
    const view = run?.picture ? this.view : "painting";
    const others = this.#others(run);
    const other = others.find(({ id }) => id === this.other) ?? others[0];
    this.canvas.dataset.view = view;
    this.#show(this.right, run?.picture ?? run?.before ?? this.page.photo, run ? this.#described(run) : this.page.picture(this.page.choices.content)?.alt);
    if (view !== "painting") this.#show(this.left, other.picture, other.words);
    this.left.hidden = view === "painting";
    this.handle.hidden = view !== "slide";
    const sides = view === "painting" ? ["", ""] : [other.words, run.number ? `${run.number} · the painting` : "the painting"];
    this.captions.forEach((caption, side) => {
      caption.textContent = sides[side];
    });
    this.#drawLine();
    this.#drawState(run);
    this.#drawCompare(run, view, others, other);
    this.curves.draw(run?.history);
    this.curves.element.hidden ||= !run;
  }

  /** What the painting can be compared with. */
  #others(run) {
    const photo = { id: "photo", words: "the photo", picture: run?.before };
    const paintings = this.page.paintings.filter(({ id }) => id !== run?.id);
    return [photo, ...paintings.map((each) => ({
      id: each.id, picture: each.picture, words: `${this.page.number(each.id)} · ${this.page.named(each.settings)}${this.page.unusual(each.settings)}`,
    }))];
  }

  #described(run) {
    return run.picture ? `${this.page.named(run.settings)}, painted.` : "The photo, before anything is painted.";
  }

  #show(image, source, words) {
    if (source && image.getAttribute("src") !== source) image.src = source;
    if (!source) image.removeAttribute("src");
    if (image.alt !== (words ?? "")) image.alt = words ?? "";
  }

  #drawLine() {
    const slides = this.canvas.dataset.view === "slide";
    this.right.style.clipPath = slides ? `inset(0 0 0 ${100 * this.line}%)` : "";
    this.handle.style.left = `${100 * this.line}%`;
    const left = Math.round(100 * this.line);
    this.handle.setAttribute("aria-valuenow", left);
    this.handle.setAttribute("aria-valuetext", `${left}% before, ${100 - left}% after`);
  }

  #drawState(run) {
    const { page } = this;
    const going = run && page.isGoing(run);
    this.progress.hidden = !going;
    if (going && run.steps) this.progress.value = run.share;
    else this.progress.removeAttribute("value");
    if (run?.state === "paused") this.progress.value = run.share;
    this.state.textContent = run ? (page.asked ?? doing(run)) : "";
    this.title.textContent = run
      ? page.named(run.settings)
      : "Choose a photo and a style, then press Paint: your painting grows here.";
    const said = run ? heard(run) : "";
    if (this.status.textContent !== said) this.status.textContent = said;
    const actions = page.actions(run);
    const named = actions.map((action) => `${action.words}${action.disabled ?? ""}`);
    const key = [run?.id, run?.png?.size, ...named].join("/");
    if (key === this.key) return;
    this.key = key;
    const focused = this.buttons.contains(document.activeElement) && document.activeElement.textContent;
    this.buttons.replaceChildren(...actions.map(({ words, act, kind = "", title = "", disabled }) => {
      const button = html("button", { type: "button", class: kind, title }, words);
      button.disabled = Boolean(disabled);
      button.addEventListener("click", act);
      return button;
    }));
    if (focused) {
      const same = [...this.buttons.children].find((button) => button.textContent === focused);
      (same ?? this.buttons.firstElementChild)?.focus();
    }
  }

  #drawCompare(run, view, others, other) {
    this.compare.hidden = !run?.picture;
    for (const [name, input] of this.views) input.checked = name === view;
    const options = others.map(({ id, words }) => [id, words]);
    const key = JSON.stringify(options);
    if (key !== this.offered) {
      this.offered = key;
      this.with.replaceChildren(...options.map(([value, words]) => html("option", { value }, words)));
    }
    this.with.value = other?.id;
    this.against.hidden = view === "painting";
  }
}
