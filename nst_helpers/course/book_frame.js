// A figure within a page of the book: its title stands in the lesson, and its height is its own.
if (window.parent !== window) {
  document.querySelector("h1").remove();
  const main = document.querySelector("main");
  main.style.padding = "0";
  new ResizeObserver(() => {
    window.parent.postMessage({ height: main.getBoundingClientRect().height }, "*");
  }).observe(main);
}
