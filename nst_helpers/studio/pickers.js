// Which pictures: one card for the content, one for the styles, each with a tray of all there are.

import { html } from "../widgets/figure.js";
import { fileButton } from "./files.js";
import { listed, mixedIn, percentage, shared } from "./words.js";

const KINDS = { upload: "Added by you", photograph: "Photographs", painting: "Paintings", yours: "Your gallery" };
const ROLES = {
  content: { title: "Photo", order: ["upload", "yours", "photograph", "painting"], add: "Add a photo …" },
  style: { title: "Style", order: ["upload", "yours", "painting", "photograph"], add: "Add a painting …" },
};
const MOST_STYLES = 4;

/** Both cards, of which at most one has its tray open. */
export class Pickers {
  constructor(page) {
    this.page = page;
    this.mix = html("ul", { class: "nst-mix", "aria-label": "How much there is of each style" });
    this.parts = Object.keys(ROLES).map((role) => new Picker(page, role, () => this.#open(role)));
    this.element = html("section", { "aria-label": "Which pictures", class: "nst-pickers" },
      html("div", { class: "nst-cards" }, ...this.parts.map(({ card }) => card)),
      this.mix,
      ...this.parts.map(({ tray }) => tray));
  }

  draw() {
    for (const part of this.parts) part.draw();
    for (const element of [this.mix, ...this.parts.map(({ card }) => card)])
      element.classList.toggle("nst-later", this.page.busy);
    this.#drawMix();
  }

  close() {
    this.#open(null);
  }

  /** The tray that is open, if one is. */
  get tray() {
    return this.parts.map(({ tray }) => tray).find((tray) => !tray.hidden);
  }

  #open(role) {
    for (const part of this.parts) part.open(part.role === role && part.tray.hidden);
    this.page.placeNotice();
  }

  #drawMix() {
    const { styles } = this.page.choices;
    const names = Object.keys(styles);
    const state = JSON.stringify(styles);
    this.mix.hidden = names.length < 2;
    if (state === this.state) return;
    this.state = state;
    const shown = [...this.mix.children].map((row) => row.dataset.name);
    if (names.join("/") !== shown.join("/"))  // else a slider that is being moved would be replaced
      this.mix.replaceChildren(...names.map((name) => this.#mixed(name)));
    for (const row of this.mix.children) {
      const [input, output] = [row.querySelector("input"), row.querySelector("output")];
      input.value = percentage(styles, row.dataset.name);
      output.textContent = `${input.value}%`;
      input.setAttribute("aria-valuetext", output.textContent);
    }
  }

  #mixed(name) {
    const title = this.page.title(name);
    const input = html("input", { type: "range", min: 1, max: 99, "aria-label": `Share of ${title}` });
    const out = html("button", { type: "button", "aria-label": `Take ${title} out` }, "×");
    input.addEventListener("input", () =>
      this.page.choose({ styles: shared(this.page.choices.styles, name, Number(input.value)) }));
    out.addEventListener("click", () => {
      const { [name]: _, ...styles } = this.page.choices.styles;
      this.page.choose({ styles });
      this.parts[1].button.focus();
    });
    return html("li", { "data-name": name }, html("span", { class: "nst-name", title }, title), input, html("output"), out);
  }
}

class Picker {
  constructor(page, role, toggle) {
    this.page = page;
    this.role = role;
    const { title, add } = ROLES[role];
    const id = `nst-tray-${role}-${Math.random().toString(36).slice(2)}`;
    this.images = html("div", { class: "nst-chosen" });
    this.name = html("span", { class: "nst-name" });
    this.size = html("small");
    this.button = html("button", { type: "button", "aria-controls": id, "aria-expanded": "false", class: "nst-card" },
      html("span", { class: "nst-role" }, title, html("span", { class: "nst-change" }, "Change")),
      this.images, this.name, this.size);
    this.button.addEventListener("click", toggle);
    this.card = this.button;
    this.hint = html("small");
    this.groups = html("div", { class: "nst-groups" });
    const done = html("button", { type: "button" }, "Done");
    done.addEventListener("click", toggle);
    this.tray = html("div", { id, class: "nst-tray", hidden: "", role: "group", "aria-label": `${title}: pictures to choose from` },
      html("div", { class: "nst-add" }, fileButton(add, (files) => page.take(files, role), { multiple: "" }), done),
      this.hint, this.groups);
    this.tiles = new Map();
  }

  open(open) {
    if (open === !this.tray.hidden) return;
    const inside = this.tray.contains(document.activeElement);
    this.tray.hidden = !open;
    this.button.setAttribute("aria-expanded", open);
    if (open) this.tray.scrollIntoView({ block: "nearest" });
    if (!open && inside) this.button.focus();
  }

  get chosen() {
    const { content, styles } = this.page.choices;
    return this.role === "content" ? [content] : Object.keys(styles);
  }

  draw() {
    const pictures = this.page.get("pictures");
    if (pictures !== this.pictures) {
      this.pictures = pictures;
      this.#fill(pictures);
    }
    const { chosen } = this;
    const key = chosen.join("/");
    if (key !== this.shown) {
      this.shown = key;
      this.images.replaceChildren(...chosen.map((name) => html("img", { src: this.page.thumbnail(name), alt: this.page.picture(name)?.alt ?? "" })));
      this.name.textContent = this.name.title = listed(chosen.map((name) => this.page.title(name)));
    }
    const [one] = chosen.map((name) => this.page.picture(name));
    const size = chosen.length === 1 && one ? `${one.width} × ${one.height} pixels` : "";
    this.size.textContent = this.page.busy ? "for the next painting" : size;
    const full = chosen.length >= MOST_STYLES;
    if (this.role === "style")
      this.hint.textContent = full
        ? "Four is the most. Take one out first."
        : "Tap a painting to use it, or + to mix it in (up to four).";
    for (const [name, { button, more }] of this.tiles) {
      const there = chosen.includes(name);
      button.setAttribute("aria-pressed", there);
      if (more) more.hidden = there || full;
    }
  }

  #fill(pictures) {
    this.tiles.clear();
    const groups = ROLES[this.role].order.map((kind) => {
      const some = pictures.filter((picture) => picture.kind === kind);
      if (some.length === 0) return "";
      return html("section", {}, html("h3", {}, KINDS[kind]),
        html("div", { class: "nst-tiles" }, ...some.map((picture) => this.#tile(picture))));
    });
    this.groups.replaceChildren(...groups);
    this.shown = undefined;
  }

  #tile({ name }) {
    const title = this.page.title(name);
    const image = html("img", { src: this.page.thumbnail(name), alt: "", loading: "lazy" });
    const button = html("button", { type: "button", title }, image, html("span", { class: "nst-name" }, title));
    button.addEventListener("click", () => {
      this.page.choose(this.role === "content" ? { content: name } : { styles: { [name]: 1 } });
      this.page.pickers.close();
    });
    const tile = html("div", { class: "nst-tile" }, button);
    let more = null;
    if (this.role === "style") {
      more = html("button", { type: "button", class: "nst-more", "aria-label": `Mix ${title} in`, title: "Mix it in" }, "+");
      more.addEventListener("click", () => {
        this.page.choose({ styles: mixedIn(this.page.choices.styles, name) });
        button.focus();
      });
      tile.append(more);
    }
    this.tiles.set(name, { button, more });
    return tile;
  }
}
