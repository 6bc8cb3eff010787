// A figure says how tall it is; its frame becomes as tall.
window.addEventListener("message", ({ data, source }) => {
  for (const frame of document.querySelectorAll("iframe.figure")) {
    if (frame.contentWindow === source) frame.style.height = `${Math.ceil(data.height)}px`;
  }
});
