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

// The contents of a page follow: the heading that was read last is marked, and in sight.
function follow() {
  const links = [...document.querySelectorAll(".bd-sidebar-secondary a.nav-link[href^='#']")];
  const above = (link) => {
    const part = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    return part && part.getBoundingClientRect().top < window.innerHeight * 0.3;
  };
  const here = links.filter(above).pop();
  for (const link of links) link.classList.toggle("here", link === here);
  const list = here?.closest(".bd-sidebar-secondary");
  if (!list) return;
  const [one, all] = [here, list].map((part) => part.getBoundingClientRect());
  if (one.top < all.top + 40 || one.bottom > all.bottom) {
    list.scrollTop += one.top - all.top - all.height / 3;
  }
}

let asked;
window.addEventListener("scroll", () => {
  asked ??= requestAnimationFrame(() => {
    asked = undefined;
    follow();
  });
}, { passive: true });
window.addEventListener("load", follow);
