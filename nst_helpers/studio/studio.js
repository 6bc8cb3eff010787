// The page. Choices and kept paintings are the browser's, so they answer at once; the kernel paints.

import { html } from "../widgets/figure.js";
import { Controls, SLIDERS } from "./controls.js";
import { Easel } from "./easel.js";
import { dropPlaces, sendFile } from "./files.js";
import { Pickers } from "./pickers.js";
import { Runs } from "./runs.js";
import { Store } from "./store.js";
import { link, listed, named, settingsIn, stem, wordOf } from "./words.js";

const BEAT = 5000;  // milliseconds
const PATIENCE = 6;  // beats without an answer
const READING = 6000;  // milliseconds that good news stay
const LARGEST = 2048;  // pixels
const GOING = ["running", "paused"];  // states
const REMEMBERED = "nst-studio-choices";

class Page {
  constructor(model, el) {
    this.model = model;
    this.records = new Map();
    this.urls = new Map();
    this.sent = new Map();  // files by key, to be kept once the kernel has taken them
    this.chosenRun = null;  // the id of a kept painting that is looked at, else the last run
    this.asked = null;  // what was asked of the kernel and is not answered yet, in words
    this.lasting = true;
    this.alive = true;
    this.replaced = null;  // the id of a painting that is being gone on from
    this.begun = null;  // what was asked to be painted and has not begun yet
    this.doomed = null;  // the id of a painting whose deletion was asked for once
    this.deleted = null;  // the id of the last one that was deleted, of which the kernel may still tell
    this.changed = () => {  // once for all changes of a moment; a frame would not come in a hidden tab
      if (!this.due) queueMicrotask(() => this.#draw());
      this.due = true;
    };
    this.heard = (message, buffers) => this.#hear(message, buffers);
    this.#build(el);
    model.on("change", this.changed);
    this.told = () => {
      this.asked = null;
      this.#answered();
    };
    model.on("change:run", this.told);
    this.remember = () => this.#remember();
    model.on("change:choices", this.remember);
    model.on("msg:custom", this.heard);
    this.leaveDrop = dropPlaces(el, (files, use) => this.take(files, use));
    this.pressed = (event) => {
      if (event.key === "Escape") this.#escape();
    };
    this.clicked = (event) => {  // a tile that was pressed may be gone by now
      if (!event.composedPath().includes(this.pickers.element)) this.pickers.close();
    };
    document.addEventListener("keydown", this.pressed, true);
    document.addEventListener("click", this.clicked);
    this.timer = setInterval(() => this.#beat(), BEAT);
    this.gone = () => this.#count("left");
    this.leaving = (event) => {
      if (this.busy && document.getElementById("nst-page")) event.preventDefault();  // the browser asks
    };
    window.addEventListener("pagehide", this.gone);
    window.addEventListener("beforeunload", this.leaving);
    this.#beat();
    this.#draw();
    this.#open();
  }

  end() {
    clearInterval(this.timer);
    clearTimeout(this.fading);
    document.removeEventListener("keydown", this.pressed, true);
    document.removeEventListener("click", this.clicked);
    window.removeEventListener("pagehide", this.gone);
    window.removeEventListener("beforeunload", this.leaving);
    this.model.off("change", this.changed);
    this.model.off("change:run", this.told);
    this.model.off("change:choices", this.remember);
    this.model.off("msg:custom", this.heard);
    this.leaveDrop();
    this.store?.close();
    for (const { url } of this.urls.values()) URL.revokeObjectURL(url);
  }

  // ---------------------------------------------------------------------- elements

  #build(el) {
    const alone = document.getElementById("nst-page");  // a page of its own
    el.classList.add("nst-studio");
    el.addEventListener("keydown", (event) => {  // to Jupyter, a letter or an arrow key is a command
      if (!event.ctrlKey && !event.altKey && !event.metaKey) event.stopPropagation();
    });
    this.pickers = new Pickers(this);
    this.controls = new Controls(this);
    this.easel = new Easel(this);
    this.runs = new Runs(this);
    this.notice = html("p", { class: "nst-notice", role: "status" });
    this.close = html("button", { type: "button", "aria-label": "Close this message" }, "×");
    this.close.addEventListener("click", () => {
      this.say("");
      const there = this.cause.isConnected && this.cause !== document.body;
      (there ? this.cause : this.controls.start).focus();
    });
    this.noticeBox = html("div", { class: "nst-notice-box", hidden: "" }, this.notice, this.close);
    this.placeNotice();
    el.append(
      html("header", { class: "nst-header" },
        html(alone ? "h1" : "h2", {}, "The studio"),
        html("p", {}, "Your photo, repainted in the style of a painting.")),
      html("div", { class: "nst-columns" },
        html("div", { class: "nst-choices" }, this.pickers.element, this.controls.begin, this.controls.element),
        html("div", { class: "nst-stage" }, this.easel.element, this.easel.curves.element)),
      this.runs.element);
  }

  #draw() {
    this.due = false;
    for (const part of [this.pickers, this.controls, this.easel, this.runs]) part.draw();
  }

  /** Say good news, for a while; or, until it is closed, what is wrong. */
  say(text, wrong = false) {
    clearTimeout(this.fading);
    if (document.activeElement !== this.close) this.cause = document.activeElement;
    this.noticeBox.hidden = !text;
    this.noticeBox.classList.toggle("nst-wrong", wrong);
    this.notice.setAttribute("role", wrong ? "alert" : "status");
    this.notice.replaceChildren(...(wrong ? [html("strong", {}, "Problem"), " "] : []), text);
    if (!wrong) this.fading = setTimeout(() => this.say(""), READING);
    else this.noticeBox.scrollIntoView({ block: "nearest" });
  }

  /** Beside what it is about: in the tray that is open, else below the painting. */
  placeNotice() {
    (this.pickers.tray ?? this.easel.place).prepend(this.noticeBox);
  }

  #escape() {
    this.pickers.close();
    if (this.doomed) this.#spare();
  }

  // ---------------------------------------------------------------------- state

  get(name) {
    return this.model.get(name);
  }

  get choices() {
    return this.get("choices");
  }

  choose(changes) {
    if (!this.noticeBox.classList.contains("nst-wrong")) this.say("");
    this.model.set("choices", { ...this.choices, ...changes });
    this.model.save_changes();
    this.changed();
  }

  /** Keep what is chosen, for a page that is opened later. */
  #remember() {
    const names = [this.choices.content, ...Object.keys(this.choices.styles)];
    const uploads = names.map((name) => [name, this.picture(name)?.digest]).filter(([, digest]) => digest);
    try {
      localStorage.setItem(REMEMBERED, JSON.stringify({ ...this.choices, uploads: Object.fromEntries(uploads) }));
    } catch {  // a private window
    }
  }

  /** What was chosen here before, where the kernel is new; else null. */
  #remembered() {
    if (this.get("beat") > 1 || this.get("run").id) return null;
    try {
      return JSON.parse(localStorage.getItem(REMEMBERED));
    } catch {
      return null;
    }
  }

  picture(name) {
    return this.get("pictures").find((picture) => picture.name === name);
  }

  title(name) {
    return stem(this.picture(name)?.title ?? name);
  }

  /** In what the sliders of a painting differ from the usual, as words. */
  unusual(settings) {
    const options = this.get("options");
    const words = Object.entries(SLIDERS).map(([name, [,, short]]) => [short, wordOf(options[name], settings[name])]);
    return words.filter(([, word]) => word !== "normal").map(([short, word]) => `${short} ${word}`);
  }

  named(settings) {
    return named(settings, (name) => this.title(name));
  }

  thumbnail(name) {
    return this.#url(`thumbnail ${name}`, this.get("thumbnails")[name]);
  }

  /** The chosen photo; until the kernel has sent it, its thumbnail. */
  get photo() {
    const { of, file } = this.get("photo");
    return of === this.choices.content ? this.#url("photo", file) : this.thumbnail(this.choices.content);
  }

  /** The kernel's run, or null where it has none. */
  get live() {
    const run = this.get("run");
    if (this.begun) return this.begun.run;
    if (!run.id || run.id === this.deleted) return null;
    const kept = this.records.get(run.id);
    const whole = !this.isGoing(run) && kept?.state === run.state;  // else it is of an earlier step
    return {
      ...run,
      history: this.get("history"),
      picture: whole ? this.#url(`png ${run.id}`, kept.png) : this.#url("painted", this.get("painted")),
      before: this.#url("before", this.get("before")),
      png: whole ? kept.png : null,
      film: whole ? kept.film : null,
    };
  }

  get busy() {
    const run = this.get("run");
    return this.begun !== null || (this.alive && Boolean(run.id) && this.isGoing(run));
  }

  isGoing(run) {
    if (run === this.begun?.run) return true;
    return run.id === this.get("run").id && GOING.includes(this.get("run").state);
  }

  /** All paintings, the newest first: those that are kept, and the kernel's own. */
  get paintings() {
    const { live } = this;
    const all = [...this.records.values()].filter(({ id }) => id !== live?.id).map((record) => ({
      ...record,
      state: GOING.includes(record.state) ? "stopped" : record.state,
      picture: this.#url(`png ${record.id}`, record.png),
      before: this.#url(`before ${record.id}`, record.before),
    }));
    if (live?.picture) all.push(live);
    return all.toSorted((a, b) => b.at - a.at);
  }

  /** The painting that is on the easel, or null. */
  get shown() {
    const { live } = this;
    if (this.chosenRun === null || this.chosenRun === live?.id) return live;
    return this.paintings.find(({ id }) => id === this.chosenRun) ?? live;
  }

  /** The number of a painting, by which two alike can be told apart. */
  number(id) {
    const numbers = [...this.records.values()].map(({ number }) => number);
    return this.records.get(id)?.number ?? 1 + Math.max(0, ...numbers);
  }

  show(id) {
    this.chosenRun = id;
    this.doomed = null;
    if (!this.noticeBox.classList.contains("nst-wrong")) this.say("");
    this.changed();
    this.easel.comeIntoView();
  }

  #url(key, source) {
    const old = this.urls.get(key);
    if (!source || (source.byteLength ?? source.size) === 0) {
      if (old) URL.revokeObjectURL(old.url);
      this.urls.delete(key);
      return null;
    }
    if (old?.source === source) return old.url;
    if (old) setTimeout(() => URL.revokeObjectURL(old.url), 1000);  // while the next one loads
    const url = URL.createObjectURL(source instanceof Blob ? source : new Blob([source]));
    this.urls.set(key, { source, url });
    return url;
  }

  // ---------------------------------------------------------------------- what can be done

  /** The buttons below the easel, for what is on it. */
  actions(run) {
    if (!run) return [];
    if (run === this.begun?.run) return [];
    if (this.isGoing(run)) {
      const paused = run.state === "paused";
      return [
        paused
          ? { words: "Resume", kind: "nst-main", act: () => this.#ask("go on", "Going on …") }
          : { words: "Pause", act: () => this.#ask("pause", "Pausing …") },
        { words: "Stop", title: "End here, and keep the painting", act: () => this.#ask("stop", "Stopping …") },
      ];
    }
    const { busy } = this;
    if (run.png && this.doomed === run.id)
      return [
        { words: "Keep it", act: () => this.#spare() },  // a double click finds the harmless one
        { words: "Delete", kind: "nst-danger", act: () => this.#delete(run) },
      ];
    const { size } = run.settings;
    const why = busy ? "after this painting" : "";
    const actions = [];
    if (run.png) actions.push({
      words: "Download picture", kind: run.state === "finished" ? "nst-main" : "",
      title: "A PNG that the studio can open again", act: () => this.#save(run.png, run, "png"),
    });
    if (run.png && run.state !== "finished" && run.share < 1)
      actions.push({ words: "Continue painting", why, act: () => this.#goOn(run, "go on") });
    else if (run.png && 2 * size <= LARGEST)
      actions.push({
        words: `Paint it larger (${2 * size})`, why,
        title: `Go on from this painting at ${2 * size} pixels`, act: () => this.#goOn(run, "larger"),
      });
    if (run.film) actions.push({ words: "Download film (GIF)", title: "How it was painted", act: () => this.#save(run.film, run, "gif") });
    actions.push({ words: "Copy its settings", title: "To the panel of choices", act: () => this.#restore(run.settings, `painting ${this.number(run.id)}`) });
    actions.push({ words: "Copy link", title: "A link that carries all settings", act: () => this.#copy(run) });
    if (run.png) actions.push({ words: "Delete", act: () => this.#doom(run) });
    return actions;
  }

  paint() {
    this.#begin(this.choices, this.photo);
    this.model.send({ do: "paint", choices: this.choices });
  }

  async #goOn(run, use) {
    this.#begin(run.settings, run.picture);
    try {
      await this.#bring(run.settings);
      this.replaced = use === "go on" ? run.id : null;
      await sendFile(this.model, run.png, use);
    } catch {
      this.#refuse("This painting cannot be read from the browser any more.");
    }
  }

  /** Show at once that something begins; the kernel's run takes its place. */
  #begin(settings, before) {
    this.say("");
    this.chosenRun = null;
    const run = { id: "", at: Infinity, state: "running", settings, steps: 0, ahead: 0, before };
    this.begun = { run, last: this.get("run").id };
    this.changed();
    this.easel.comeIntoView();
  }

  /** The kernel has begun what was asked. */
  #answered() {
    if (this.get("run").id !== this.begun?.last) this.begun = null;
  }

  /** What was asked is not done; say why. */
  #refuse(why) {
    this.begun = this.asked = null;
    this.say(why, true);
    this.changed();
  }

  async #restore(settings, source, quiet = false) {
    this.say("");
    await this.#bring(settings);
    this.model.send({ do: "restore", settings, source, quiet });
  }

  /** Give the kernel those pictures of a painting that it lacks, as far as the browser has them. */
  async #bring(settings) {
    const here = this.get("pictures").map(({ digest }) => digest);
    for (const [name, digest] of Object.entries(settings.uploads ?? {})) {
      const kept = here.includes(digest) ? null : await this.store.upload(digest);
      if (kept?.file) await sendFile(this.model, new File([kept.file], name), "tray");
    }
  }

  #ask(what, words) {
    this.asked = words;
    this.model.send({ do: what });
    this.changed();
  }

  #save(blob, run, ending) {
    const names = [run.settings.content, ...Object.keys(run.settings.styles)].map(stem);
    const name = [...names, this.number(run.id)].join("_").replace(/[^\w-]+/g, "_");
    const anchor = html("a", { href: URL.createObjectURL(blob), download: `${name}.${ending}` });
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(anchor.href), 60_000);
  }

  async #copy(run) {
    const address = link(location.href, run.settings);
    const uploads = Object.keys(run.settings.uploads ?? {});
    const holds = uploads.length
      ? `It holds the settings but not your ${uploads.length > 1 ? "pictures" : "picture"}: send ${listed(uploads)} along too.`
      : "It holds all settings.";
    try {
      await navigator.clipboard.writeText(address);
      this.say(`Link copied. ${holds}`);
    } catch {  // only on a page that is safe for it
      history.replaceState(null, "", address);
      this.say(`The link is now the address of this page. ${holds}`);
    }
  }

  /** The question that stands instead of the buttons of a painting, if there is one. */
  question(run) {
    return run && run.id === this.doomed ? "Delete this painting?" : "";
  }

  #doom(run) {
    this.doomed = run.id;
    this.easel.row.wanted = "Keep it";
    this.changed();
  }

  #spare() {
    this.doomed = null;
    this.easel.row.wanted = "Delete";
    this.changed();
  }

  async #delete(run) {
    const others = this.paintings.filter(({ id }) => id !== run.id);
    this.doomed = null;
    this.deleted = run.id;
    this.records.delete(run.id);
    if (run.id === this.get("run").id) this.model.send({ do: "forget" });
    await this.store.deletePainting(run.id);
    for (const kind of ["png", "before"]) this.#url(`${kind} ${run.id}`, null);
    this.chosenRun = others[0]?.id ?? null;
    if (others.length) this.easel.row.wanted = "Download picture";
    else this.controls.start.focus();
    this.changed();
    this.say("The painting is deleted.");
  }

  async take(files, use) {
    this.say("");
    for (const file of files) {
      try {
        this.sent.set(await sendFile(this.model, file, use), file);
      } catch {
        this.#refuse(`${file.name} cannot be read: it may be a folder.`);
      }
    }
  }

  // ---------------------------------------------------------------------- the kernel and the browser

  async #open() {
    this.store = await Store.open();
    this.lasting = this.store.lasting;
    for (const painting of await this.store.paintings()) this.records.set(painting.id, painting);
    this.model.send({ do: "keep" });  // what was painted while no page was there
    const settings = settingsIn(location.href);
    const before = this.#remembered();
    if (settings) this.#restore(settings, "this link");
    else if (before) this.#restore(before, "", true);
    this.changed();
  }

  async #hear(message, buffers) {
    if (message.wrong) this.#refuse(message.say);
    else if (message.say) this.say(message.say);
    const file = this.sent.get(message.added?.key);
    if (file) {
      this.pickers.close();
      this.sent.delete(message.added.key);
      await this.store?.keepUpload(message.added.digest, file);
    }
    if (message.keep && message.keep.id !== this.deleted) {
      const [png, film, before] = buffers;
      const painting = {
        ...message.keep,
        number: this.number(message.keep.id),
        png: new Blob([png], { type: "image/png" }),
        film: film.byteLength ? new Blob([film], { type: "image/gif" }) : null,
        before: new Blob([before], { type: "image/jpeg" }),
      };
      this.records.set(painting.id, painting);
      if (message.show) this.show(painting.id);
      if (this.replaced && !GOING.includes(painting.state)) {
        this.records.delete(this.replaced);  // it was gone on from, and is in this one
        this.store?.deletePainting(this.replaced);
        this.replaced = null;
      }
      this.changed();
      if (this.store && !(await this.store.keepPainting(painting))) {
        this.lasting = false;
        this.changed();
      }
    }
  }

  #beat() {
    const late = this.get("beat") - this.get("answered") > PATIENCE;
    if (late && this.alive) this.#refuse("No answer from the computer that paints: it is busy, or its program has ended. If this stays, load the page again. Your paintings are kept.");
    if (!late && !this.alive) this.say("");
    this.alive = !late;
    this.#count("beat");
    this.changed();
  }

  #count(name) {
    this.model.set(name, this.get(name) + 1);
    this.model.save_changes();
  }
}

export default {
  render({ model, el }) {
    const page = new Page(model, el);
    return () => page.end();
  },
};
