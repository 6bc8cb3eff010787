const PART = 4 << 20;  // bytes; a server of Jupyter refuses messages of more than ten million
function render({ model, el }) {
  const count = (name) => {
    model.set(name, model.get(name) + 1);
    model.save_changes();
  };
  const ground = el.closest(".jp-NotebookPanel") ?? document.body;
  el.classList.add("nst-files");
  const carries = (event) =>
    !event.defaultPrevented && event.dataTransfer?.types.includes("Files");
  const out = () => el.classList.remove("nst-over");
  const over = (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    el.classList.add("nst-over");
  };
  const send = async (files, use) => {
    for (const file of [...files])
      for (let at = 0; at === 0 || at < file.size; at += PART) {
        const part = await file.slice(at, at + PART).arrayBuffer();
        model.send({ name: file.name, use, last: at + PART >= file.size }, undefined, [part]);
      }
  };
  const button = (text, use, settings) => {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "file", ...settings });
    input.addEventListener("change", async () => {
      await send(input.files, use);
      input.value = "";  // so that the same file can be chosen again
    });
    label.append(text, input);
    el.append(label);
  };
  button("Choose your pictures, or drop them anywhere on this page", "picture", {
    accept: "image/*", multiple: true,
  });
  button("Restore a run from its PNG", "run", { accept: ".png" });
  const drop = (event) => {
    out();
    if (!carries(event)) return;
    event.preventDefault();
    send(event.dataTransfer.files, "picture");
  };
  const timer = setInterval(() => count("beat"), 5000);
  const heard = [
    [window, "pagehide", () => count("left")],
    [ground, "dragover", over],
    [ground, "dragleave", out],
    [ground, "drop", drop],
  ];
  for (const [where, what, answer] of heard) where.addEventListener(what, answer);
  count("beat");
  return () => {
    clearInterval(timer);
    for (const [where, what, answer] of heard) where.removeEventListener(what, answer);
  };
}
export default { render };
