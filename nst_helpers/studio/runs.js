// All paintings that the browser keeps, the newest first.

import { html } from "../widgets/figure.js";
import { fileButton } from "./files.js";

export class Runs {
  constructor(page) {
    this.page = page;
    this.list = html("ul", { class: "nst-tiles" });
    this.note = html("small");
    this.heading = html("h2", {}, "Your paintings");
    const open = fileButton("Open a downloaded painting …", (files) => page.take(files, "painting"), { accept: ".png" });
    this.element = html("section", { "aria-label": "Your paintings", class: "nst-runs" },
      html("div", { class: "nst-heading" }, this.heading, this.note, open), this.list);
    this.tiles = new Map();
  }

  draw() {
    const { page } = this;
    const { paintings, shown } = page;
    this.note.textContent = page.lasting
      ? "The last 30 stay in this browser, even after you close the page. Older ones are deleted."
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
    const [name, more] = [html("span", { class: "nst-name" }), html("small")];
    const button = html("button", { type: "button" }, image, name, more);
    button.addEventListener("click", () => page.show(id));
    const element = html("li", { class: "nst-tile" }, button);
    const draw = (painting, shown) => {
      if (image.getAttribute("src") !== painting.picture && painting.picture) image.src = painting.picture;
      const words = `${page.number(id)} · ${page.named(painting.settings)}, ${painting.settings.size}`;
      name.textContent = button.title = words;
      const done = painting.state === "finished" ? [] : ["not finished"];
      more.textContent = page.isGoing(painting) ? "being painted" : [...page.unusual(painting.settings), ...done].join(", ");
      button.setAttribute("aria-pressed", shown);
    };
    const tile = { element, draw };
    this.tiles.set(id, tile);
    return tile;
  }
}
