// A row of buttons to answer a question with, and a line below that answers.

const SIGNS = { right: "✓ ", wrong: "✗ ", "": "" };

function render({ model, el }) {
  el.classList.add("nst-buttons");
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", model.get("label"));
  const label = document.createElement("span");
  label.textContent = model.get("label");
  el.append(label);
  el.addEventListener("keydown", (event) => {  // to Jupyter, a letter or Enter is a command
    if (!event.ctrlKey && !event.altKey && !event.metaKey) event.stopPropagation();
  });
  const buttons = model.get("options").map((option, number) => {
    const button = document.createElement("button");
    button.type = "button";
    button.addEventListener("click", () => {
      model.set("chosen", number);
      model.save_changes();
    });
    el.append(button);
    return button;
  });
  const words = document.createElement("p");
  words.setAttribute("role", "status");
  el.append(words);
  const show = () => {
    const marks = model.get("marks");
    model.get("options").forEach((option, number) => {
      buttons[number].textContent = SIGNS[marks[number]] + option;
      buttons[number].className = marks[number];
      buttons[number].setAttribute("aria-pressed", number === model.get("chosen"));
    });
    words.textContent = model.get("said");
  };
  model.on("change", show);
  show();
  return () => model.off("change", show);
}

export default { render };
