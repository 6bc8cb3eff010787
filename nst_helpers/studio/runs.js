// All paintings that the browser keeps, the newest first.

import { html } from "../widgets/figure.js";

export class Runs {
  constructor(page) {
    this.page = page;
    this.list = html("ul", { class: "nst-tiles" });
    this.note = html("small");
    this.heading = html("h2", {}, "Your paintings");
    this.element = html("section", { "aria-label": "Your paintings", class: "nst-runs" },
      html("div", { class: "nst-heading" }, this.heading, this.note), this.list);
    this.tiles = new Map();
  }

  draw() {
    const { page } = this;
    const { paintings, shown } = page;
    this.element.hidden = paintings.length === 0;
    this.note.textContent = page.lasting
      ? "This browser keeps the last 30, even after you close the page."
      : "This browser cannot keep them (a private window, or a full disk?): download what you want to keep.";
    const gone = new Set(this.tiles.keys());
    paintings.forEach((painting, place) => {
      gone.delete(painting.id);
      const tile = this.tiles.get(painting.id) ?? this.#tile(painting.id);
      if (this.list.children[place] !== tile.element) this.list.insertBefore(tile.element, this.list.children[place] ?? null);
      tile.draw(painting, painting.id === shown?.id);
    });
    for (const id of gone) {
      this.tiles.get(id).element.remove();
      this.tiles.delete(id);
    }
  }

  #tile(id) {
    const { page } = this;
    const image = html("img", { alt: "" });
    const [name, size] = [html("span"), html("small")];
    const button = html("button", { type: "button" }, image, name, size);
    button.addEventListener("click", () => page.show(id));
    const element = html("li", { class: "nst-tile" }, button);
    const draw = (painting, shown) => {
      if (image.getAttribute("src") !== painting.picture && painting.picture) image.src = painting.picture;
      name.textContent = `${page.number(id)} · ${page.named(painting.settings)}`;
      const done = painting.state === "finished" ? "" : ", not finished";
      size.textContent = page.isGoing(painting) ? "being painted" : `${painting.settings.size} pixels${page.unusual(painting.settings)}${done}`;
      button.setAttribute("aria-pressed", shown);
    };
    const tile = { element, draw };
    this.tiles.set(id, tile);
    return tile;
  }
}
