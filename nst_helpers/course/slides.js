// A talk: each slide is made to fit once its formulas are there, then reveal.js shows them.

const SMALLEST = 50; // % of the size of the letters

function overflows(body) {
  const parts = [body, ...body.querySelectorAll("*:not(img)")];
  return (
    body.scrollHeight > body.clientHeight ||
    parts.some((part) => part.clientWidth > 0 && part.scrollWidth > part.clientWidth)
  );
}

function fit(body) {
  for (let size = 100; size >= SMALLEST; size -= 5) {
    body.style.fontSize = `${size}%`;
    if (!overflows(body)) return;
  }
}

// How large a picture is drawn, compared with its own size.
function scale(image) {
  const { width, height } = image.getBoundingClientRect();
  return Math.min(width / image.naturalWidth, height / image.naturalHeight);
}

// The words beside a picture end above the line of what lies below.
function fitWords(slide) {
  const words = [...slide.children].filter((part) => !part.matches(".body, .below"));
  const end = slide.getBoundingClientRect().top + 650;
  for (let size = 1; size > 0.7; size -= 0.1) {
    slide.style.setProperty("--words", size);
    if (words.every((part) => part.getBoundingClientRect().bottom <= end)) return true;
  }
  return false;
}

// Pictures stand above their words or beside them, one below the other or side by side, wherever
// the smallest is largest.
function place(slide) {
  const images = [...slide.querySelectorAll(".body img")];
  if (!images.length || slide.querySelector(".body :is(pre, .rows)")) return;
  const table = slide.querySelector(".body table");
  const across = images.length > 1 && !table ? ["across"] : [];
  let [largest, best] = [0, []];
  for (const classes of [[], across, ["beside"]]) {
    slide.classList.add(...classes);
    const fits = !classes.includes("beside") || fitWords(slide);
    const smallest = Math.min(...images.map(scale));
    if (fits && smallest > largest * 1.05) [largest, best] = [smallest, classes];
    slide.classList.remove(...classes);
  }
  slide.classList.add(...best);
}

// The number of the slide; with a plus for what lies below it.
function number() {
  const { h, v } = window.Reveal.getIndices();
  return `${h + 1}${"+".repeat(v ?? 0)}`;
}

async function start() {
  await window.MathJax.startup.promise;
  // The speaker's window would show this text, which is for screen readers, beside each formula.
  document.querySelectorAll(".notes mjx-assistive-mml").forEach((text) => text.remove());
  await Promise.all([...document.images].map((image) => image.decode().catch(() => null)));
  document.querySelectorAll(".figure .slide").forEach(place);
  document.querySelectorAll(".slide .body").forEach(fit);
  document.body.classList.remove("measuring");
  await window.Reveal.initialize({
    width: 1280,
    height: 720,
    margin: 0,
    center: false,
    hash: true,
    transition: "none",
    controlsTutorial: false,
    slideNumber: () => [number(), "of", window.Reveal.getHorizontalSlides().length],
    // Space and the keys of a clicker pass by what lies below.
    keyboard: { 32: "right", 33: "left", 34: "right" },
    plugins: [window.RevealNotes],
  });
}

start();
