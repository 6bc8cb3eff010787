// A figure without a kernel: its state lives in the page, and its answers were computed before.

class Model {
  kernel = false;

  constructor(state, answers) {
    this.state = state;
    this.answers = new Map([state.data, ...answers].map((data) => [JSON.stringify(data.of), data]));
    this.listeners = new Set();
  }

  get(name) {
    return this.state[name];
  }

  set(name, value) {
    this.state[name] = value;
  }

  save_changes() {
    const question = JSON.stringify(this.state.asks.map((name) => this.state[name]));
    this.state.data = this.answers.get(question) ?? this.state.data;
    this.state.problem = "This needs a kernel: open the notebook in Jupyter to see it.";
    for (const listener of this.listeners) listener();
  }

  send() {}

  on(event, listener) {
    if (event === "change") this.listeners.add(listener);
  }

  off(event, listener) {
    this.listeners.delete(listener);
  }
}

/** Turn what Python packed into bytes again, at every depth. */
async function unpacked(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return Promise.all(value.map(unpacked));
  if (typeof value.deflated === "string") {
    const packed = Uint8Array.from(atob(value.deflated), (letter) => letter.codePointAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new DataView(await new Response(stream).arrayBuffer());
  }
  const entries = await Promise.all(
    Object.entries(value).map(async ([name, part]) => [name, await unpacked(part)]),
  );
  return Object.fromEntries(entries);
}

/** Show a figure in `el`; the promise gives its model, whose state a script may read and set. */
export async function start(view, el, text) {
  const { state, answers } = await unpacked(JSON.parse(text));
  const model = new Model(state, answers);
  view.render({ model, el });
  return model;
}
