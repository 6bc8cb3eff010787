function render({ model, el }) {
  const image = document.createElement("img");
  const text = document.createElement("div");
  image.tabIndex = 0;
  text.setAttribute("role", "status");
  el.classList.add("nst-drawn");
  el.append(image, text);
  const show = () => {
    const old = image.src;
    image.hidden = model.get("png").byteLength === 0;
    image.onload = () => old && URL.revokeObjectURL(old);
    image.src = URL.createObjectURL(new Blob([model.get("png")], { type: "image/png" }));
  };
  const say = () => {
    text.textContent = model.get("text");
    image.alt = model.get("label") + ". " + model.get("text");
  };
  let presses = 0, wide = 0, high = 0;
  image.addEventListener("load", () => {  // while the next picture loads, its size is 0
    wide = image.naturalWidth || wide;
    high = image.naturalHeight || high;
  });
  const point = (event) => {
    if (wide === 0) return;
    const box = image.getBoundingClientRect();
    const pixel = (at, length, natural) =>
      Math.floor((Math.min(Math.max(at, 0), length - 0.01) / length) * natural);
    model.set("pointed", [  // the border does not count
      pixel(event.clientX - box.left - image.clientLeft, image.clientWidth, wide),
      pixel(event.clientY - box.top - image.clientTop, image.clientHeight, high),
      presses,
    ]);
    model.save_changes();
  };
  image.addEventListener("pointerdown", (event) => {
    image.setPointerCapture(event.pointerId);
    image.focus({ preventScroll: true });
    presses = model.get("pointed")[2] + 1;
    point(event);
    event.preventDefault();
  });
  image.addEventListener("pointermove", (event) => event.buttons && point(event));
  const keys = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  image.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      model.set("entered", model.get("entered") + 1);
      model.save_changes();
      return event.stopPropagation();
    }
    const way = keys[event.key];
    if (!way || event.ctrlKey || event.altKey || event.metaKey) return;
    const far = event.shiftKey ? 10 : 1;
    const [x, y] = model.get("moved");
    model.set("moved", [x + far * way[0], y + far * way[1]]);
    model.save_changes();
    event.preventDefault();
    event.stopPropagation();
  });
  model.on("change:png", show);
  model.on("change:text", say);
  show();
  say();
}
export default { render };
