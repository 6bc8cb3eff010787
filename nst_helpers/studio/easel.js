// The painting: as it grows or as it was kept, beside what it began as, and what can be done with it.

import { html } from "../widgets/figure.js";
import { within } from "../widgets/numbers.js";
import { Curves } from "./curves.js";
import { doing, heard, listed, meanwhile } from "./words.js";

const VIEWS = { painting: "Painting", slide: "Before / after", side: "Side by side" };
const ALIKE = 0.01;  // how much the shapes of two pictures may differ
const STEP = 0.02;  // of the width, for an arrow key

/** A row of buttons, made anew only where one has changed, so that the focus stays. */
class Row {
  constructor(label) {
    this.element = html("div", { class: "nst-buttons", role: "group", "aria-label": label });
    this.wanted = null;  // the words of the button that gets the focus when they are made anew
  }

  draw(actions, of, question = "") {
    const key = JSON.stringify([of, question, actions.map(({ words, why }) => [words, why])]);
    if (key === this.key) return;
    this.key = key;
    const { activeElement: active } = document;
    const wanted = this.wanted ?? (this.element.contains(active) ? active.dataset.words : null);
    this.wanted = null;
    const buttons = actions.map(({ words, act, kind = "", title = "", why = "" }) => {
      const button = html("button", { type: "button", class: kind, title, "data-words": words }, words);
      if (why) button.append(html("small", {}, why));
      button.disabled = Boolean(why);
      button.addEventListener("click", act);
      return button;
    });
    this.element.replaceChildren(...(question
      ? [html("div", { role: "alertdialog", "aria-label": question, class: "nst-buttons" }, html("span", {}, question), ...buttons)]
      : buttons));
    if (wanted) (buttons.find(({ dataset }) => dataset.words === wanted) ?? buttons[0])?.focus();
  }
}

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
    this.captions = [html("figcaption"), html("figcaption")];
    const [left, right] = this.captions;
    this.canvas = html("div", { class: "nst-canvas" },
      html("figure", {}, this.left, left), html("figure", {}, this.right, right), this.handle);
    this.right.addEventListener("load", () => {
      this.canvas.style.setProperty("--ratio", this.right.naturalWidth / this.right.naturalHeight);
    });
    this.progress = html("progress", { max: 1, "aria-label": "How much is painted" });
    this.state = html("strong");
    this.title = html("span", { class: "nst-name" });
    this.status = html("p", { class: "nst-status", role: "status" });
    this.row = new Row("What to do with the painting");
    this.aside = html("span");
    this.asideRow = new Row("What to do with the painting on its way");
    this.meanwhile = html("div", { class: "nst-meanwhile", hidden: "" }, this.aside, this.asideRow.element);
    this.place = html("div");  // for messages
    this.compare = this.#compare();
    this.element = html("section", { "aria-label": "The painting", class: "nst-easel" },
      html("div", { class: "nst-frame" }, this.canvas),
      this.meanwhile, this.progress,
      html("p", { class: "nst-doing" }, this.state, this.title),
      this.status, this.row.element, this.place, this.compare);
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
    const others = this.#others(run);
    const chosen = others.find(({ id }) => id === this.other);
    const other = chosen && (chosen.alike || this.view !== "painting") ? chosen : others[0];
    const possible = this.view === "slide" && !other.alike ? "side" : this.view;
    const view = run?.picture ? possible : "painting";
    this.canvas.dataset.view = view;
    this.#show(this.right, run?.picture ?? run?.before ?? this.page.photo, run ? this.#described(run) : this.page.picture(this.page.choices.content)?.alt);
    if (view !== "painting") this.#show(this.left, other.picture, other.words);
    this.left.hidden = view === "painting";
    this.handle.hidden = view !== "slide";
    const sides = view === "painting" ? ["", ""] : [other.caption, this.#caption(run)];
    this.captions.forEach((caption, side) => {
      caption.textContent = sides[side];
    });
    this.#drawLine();
    this.#drawState(run);
    this.#drawMeanwhile(run);
    this.#drawCompare(run, view, others, other);
    this.curves.draw(run?.history);
    this.curves.element.hidden ||= !run;
  }

  /** What the painting can be compared with. */
  #others(run) {
    const photo = { id: "photo", words: "the photo", caption: "the photo", picture: run?.before, alike: true };
    const paintings = run ? this.page.paintings.filter(({ id }) => id !== run.id) : [];
    return [photo, ...paintings.map((each) => ({
      id: each.id, picture: each.picture, alike: this.#alike(run, each), caption: this.#caption(each),
      words: `${this.page.number(each.id)} · ${[this.page.named(each.settings), each.settings.size, ...this.page.unusual(each.settings)].join(", ")}`,
    }))];
  }

  #caption({ id, settings }) {
    return `${this.page.number(id)} · ${listed(Object.keys(settings.styles).map((name) => this.page.title(name)))}`;
  }

  /** Whether two paintings have one shape, so that one can lie on the other. */
  #alike(run, other) {
    const [one, two] = [run, other].map((each) => each.settings.content);
    if (one === two) return true;
    const [first, second] = [one, two].map((name) => this.page.picture(name));
    return Boolean(first && second) && Math.abs((first.width * second.height) / (first.height * second.width) - 1) < ALIKE;
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
      : "Choose a photo and a style, then press Paint. Your painting will appear here.";
    const said = run ? heard(run) : "";
    if (this.status.textContent !== said) this.status.textContent = said;
    this.row.draw(page.actions(run), [run?.id, run?.png?.size], page.question(run));
  }

  /** The painting that is on its way, while another one is looked at. */
  #drawMeanwhile(run) {
    const { page } = this;
    const live = page.busy && page.live.id !== run.id ? page.live : null;
    this.meanwhile.hidden = !live;
    this.aside.textContent = live ? meanwhile(live, page.named(live.settings)) : "";
    this.asideRow.draw(live ? [{ words: "Show it", act: () => page.show(live.id) }, ...page.actions(live)] : [], live?.id);
  }

  #drawCompare(run, view, others, other) {
    this.compare.hidden = !run?.picture;
    for (const [name, input, label] of this.views) {
      input.checked = name === view;
      input.disabled = name === "slide" && !other.alike;
      label.title = input.disabled ? "Only for pictures of one shape" : "";
    }
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
