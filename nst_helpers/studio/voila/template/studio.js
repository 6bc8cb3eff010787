{
  const page = document.getElementById("nst-page");
  const notice = document.getElementById("nst-notice");
  const [heading, words, button] = notice.children;

  function say(title, text) {
    heading.textContent = title;
    words.textContent = text;
    button.hidden = notice.hidden = false;
  }

  function fail() {
    clearTimeout(busy);
    page.classList.add("nst-failed");
    say(
      "The studio did not open",
      "The program behind this page did not answer. Load the page again. If that does not help, " +
        "the reason is in the window in which voila was started.",
    );
  }

  button.onclick = () => location.reload();
  const busy = setTimeout(() => {
    words.textContent = "Still opening. On a busy computer it can take a minute.";
  }, 15_000);
  let patience, model;

  // A widget has its place on the page before its elements, and these before their sizes.
  const watch = setInterval(() => {
    const output = document.querySelector("#nst-output .jp-OutputArea-output");
    if (output?.textContent.startsWith("Error displaying widget")) return showAgain(output);
    if (!(output?.querySelector(":scope > .lm-Widget")?.offsetHeight > 200)) return;
    clearInterval(watch);
    clearTimeout(busy);
    clearTimeout(patience);
    page.classList.remove("nst-opening", "nst-failed");
    notice.hidden = true;
    window.dispatchEvent(new Event("resize"));
  }, 100);

  // The renderer of widgets waits for a model for two seconds. On a busy computer the model can
  // come just when it has ceased to wait, and nobody would show it.
  async function showAgain(output) {
    output.textContent = "";
    const manager = window.jupyterapp.widgetManager;
    const { luminoWidget } = await manager.create_view(await manager.get_model(model));
    luminoWidget.constructor.attach(luminoWidget, output);
  }

  // Voila calls these: while the kernel starts, and when the cells have run.
  window.voila_heartbeat = () => {};
  window.voila_finish = () => {
    const output = document.querySelector("#nst-output script[type*=cell-output]");
    if (!output) return fail();
    model = JSON.parse(output.textContent).data["application/vnd.jupyter.widget-view+json"].model_id;
    patience = setTimeout(fail, 60_000);
  };
  document.addEventListener("DOMContentLoaded", () => model ?? fail()); // the answer broke off

  // On closing the page, Voila's script sends this cookie back to end the kernel. Voila sets none.
  if (!/\b_xsrf=/.test(document.cookie)) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const secret = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    document.cookie = `_xsrf=${secret}; path=${document.body.dataset.baseUrl}; samesite=strict`;
  }

  async function look() {
    const config = document.getElementById("jupyter-config-data");
    if (document.hidden || !config) return;
    const { baseUrl, kernelId } = JSON.parse(config.textContent);
    const answer = await fetch(`${baseUrl}api/kernels/${kernelId}`).catch(() => null);
    if (answer?.status !== 404) return;
    say(
      "This session has ended",
      "The program behind this page ends ten minutes after the page has gone out of reach. " +
        "Load the page again to start anew.",
    );
  }
  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", look);

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const tell = () => (document.body.dataset.jpThemeLight = String(!dark.matches));
  dark.addEventListener("change", tell);
  tell();
}
