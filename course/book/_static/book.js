// A figure says how tall it is; its frame becomes as tall.
window.addEventListener("message", ({ data, source }) => {
  for (const frame of document.querySelectorAll("iframe.figure")) {
    if (frame.contentWindow === source) frame.style.height = `${Math.ceil(data.height)}px`;
  }
});

// A formula or a table that is wider than the page is moved by keys too.
window.addEventListener("load", async () => {
  await window.MathJax?.startup.promise;
  for (const wide of document.querySelectorAll("mjx-container[display], .bd-article table")) {
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
  }
});
