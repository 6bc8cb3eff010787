// How MathJax, which is loaded after this, finds the formulas of a page.
window.MathJax = {
  tex: { inlineMath: [["$", "$"]], processEscapes: true },
  chtml: { scale: 0.95 },
  svg: { scale: 0.9, fontCache: "local" }, // each whole, for the speaker's window
  options: { enableMenu: false },
};
