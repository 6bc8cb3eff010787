// What the page says, and links that carry settings: functions of numbers and text alone.

/** Seconds as a visitor says them, none of which is broken: 4 is "4 s", 75 is "1 min 15 s". */
export function duration(seconds) {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return `${whole}\u00a0s`;
  const rounded = whole < 300 ? Math.round(whole / 5) * 5 : Math.round(whole / 60) * 60;
  const [minutes, rest] = [Math.floor(rounded / 60), rounded % 60];
  return rest ? `${minutes}\u00a0min ${rest}\u00a0s` : `${minutes}\u00a0min`;
}

/** Names as a list in a sentence. */
export function listed(names) {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** The name of a file without its ending; "cat.png (2)" is "cat (2)". */
export function stem(name) {
  return name.replace(/(?<=.)\.\w{1,5}(?=( \(\d+\))?$)/, "");
}

function percentOf(run) {
  return `${Math.floor(100 * (run.share ?? 0))}%`;
}

/** What a run is doing, for the eye. */
export function doing(run) {
  const percent = percentOf(run);
  if (run.state === "running" && run.ahead > 0) {
    const others = run.ahead === 1 ? "One painting is" : `${run.ahead} paintings are`;
    const wait = run.wait ? ` Yours starts in about ${duration(run.wait)}.` : "";
    return `${others} ahead of yours.${wait}`;
  }
  if (run.state === "running" && !run.steps) return "Getting ready …";
  const left = run.left ? `, about ${duration(run.left)} left` : "";
  if (run.state === "running") return percent + left;
  if (run.state === "paused") return `Paused at ${percent}`;
  if (run.state === "failed") return `It failed at ${percent}: ${run.problem.replace(/\.$/, "")}`;
  if (run.state === "finished") return `Finished in ${duration(run.seconds)}`;
  return `Stopped at ${percent}`;
}

/** The same for a reader who hears it, and only where it has changed in kind. */
export function heard(run) {
  if (run.state === "running") return run.ahead > 0 ? "Waiting for its turn." : "Painting.";
  return `${doing(run)}.`;
}

/** The same of a run while another painting is looked at. */
export function meanwhile(run, name) {
  if (run.state === "paused") return `Paused: ${name}, ${percentOf(run)}`;
  return run.ahead > 0 ? `Waiting to paint ${name}` : `Painting ${name}: ${percentOf(run)}`;
}

/** What is painted, in a line. */
export function named(settings, titles = (name) => name) {
  return `${titles(settings.content)} in the style of ${listed(Object.keys(settings.styles).map(titles))}`;
}

/** What percentage of all styles one is. */
export function percentage(styles, name) {
  return (100 * styles[name]) / Object.values(styles).reduce((sum, share) => sum + share, 0);
}

/** Styles of which one is so many percent; the others keep their proportions. */
export function shared(styles, name, percent) {
  const left = (100 - percent) / (100 - percentage(styles, name));
  return Object.fromEntries(Object.keys(styles).map((each) =>
    [each, each === name ? percent : Number((percentage(styles, each) * left).toFixed(4))]));
}

/** Styles with one more, which is an equal part of them. */
export function mixedIn(styles, name) {
  const shares = Object.values(styles);
  return { ...styles, [name]: shares.reduce((sum, share) => sum + share, 0) / shares.length };
}

/** The place of the option that is nearest; values spread over magnitudes, and so are compared. */
export function nearest(options, value) {
  const far = ([, other]) => Math.abs(Math.log1p(other) - Math.log1p(value));
  return options.reduce((best, option, place) => (far(option) < far(options[best]) ? place : best), 0);
}

/** The word for a value, or the value itself where there is no word. */
export function wordOf(options, value) {
  return options.find(([, other]) => other === value)?.[0] ?? String(Number(Number(value).toPrecision(3)));
}

const MARK = "#painting=";

/** An address with settings in it, as text that no mail program breaks. */
export function link(address, settings) {
  const bytes = new TextEncoder().encode(JSON.stringify(settings));
  const text = btoa(String.fromCharCode(...bytes));
  return address.split("#")[0] + MARK + text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The settings in an address, or null; an address may have been cut off. */
export function settingsIn(address) {
  const [, text] = address.split(MARK);
  if (!text) return null;
  try {
    const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(letters, (letter) => letter.charCodeAt(0))));
  } catch {
    return null;
  }
}
