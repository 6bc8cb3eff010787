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
    page.classList.add("nst-failed");
    say(
      "The studio did not open",
      "The program behind this page did not answer. Load the page again. If that does not help, " +
        "the reason is in the window in which voila was started.",
    );
  }

  button.onclick = () => location.reload();
  const patience = setTimeout(fail, 60_000);

  // A widget has its place on the page before its elements, and these before their sizes.
  const watch = setInterval(() => {
    const widget = document.querySelector("#nst-output .jp-OutputArea-output > .lm-Widget");
    if (!(widget?.offsetHeight > 200)) return;
    clearInterval(watch);
    clearTimeout(patience);
    page.classList.remove("nst-opening", "nst-failed");
    notice.hidden = true;
    window.dispatchEvent(new Event("resize"));
  }, 100);

  // Voila calls these.
  window.voila_heartbeat = () => {};
  window.voila_finish = () => {
    if (!document.querySelector("#nst-output script[type*=cell-output]")) fail();
  };

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
