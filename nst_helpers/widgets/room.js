// A room of the museum: a picture, looks that cost a point each, and what may have gone wrong.

function make(tag, parent, className, text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  parent.append(element);
  return element;
}

function button(parent, text, press) {
  const element = make("button", parent, "", text);
  element.type = "button";
  element.addEventListener("click", press);
  return element;
}

function render({ model, el }) {
  el.classList.add("nst-room");
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", model.get("label"));
  el.addEventListener("keydown", (event) => {  // to Jupyter, a letter or Enter is a command
    if (!event.ctrlKey && !event.altKey && !event.metaKey) event.stopPropagation();
  });
  const wall = make("div", el, "nst-wall");
  wall.innerHTML = model.get("picture");
  const desk = make("div", el, "nst-desk");
  make("p", desk, "", model.get("label"));
  const options = model.get("options").map((text, number) => button(desk, text, () => {
    model.set("chosen", number);
    model.save_changes();
  }));
  const words = make("p", desk, "nst-said");
  words.setAttribute("role", "status");
  const row = make("div", desk, "nst-looks");
  make("span", row, "", "Looks:");
  const looks = model.get("looks").map((text, number) => button(row, text, () => {
    if (model.get("taken").includes(number)) return;
    model.set("taken", [...model.get("taken"), number]);
    model.save_changes();
  }));
  const shown = make("div", el, "nst-shown");
  shown.setAttribute("aria-live", "polite");
  const show = () => {
    const taken = model.get("taken"), figures = model.get("figures");
    looks.forEach((look, number) => look.setAttribute("aria-pressed", taken.includes(number)));
    options.forEach((option, number) => {
      option.setAttribute("aria-pressed", number === model.get("chosen"));
    });
    words.textContent = model.get("said");
    const html = taken.map((number) => figures[number]).join("");
    if (shown.innerHTML !== html) shown.innerHTML = html;
  };
  model.on("change", show);
  show();
  return () => model.off("change", show);
}

export default { render };
