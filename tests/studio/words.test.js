import assert from "node:assert/strict";
import { test } from "node:test";

import {
  doing, duration, heard, link, listed, meanwhile, mixedIn, named, nearest, percentage, settingsIn, shared, stem, wordOf,
} from "./words.js";

/** Text with plain spaces where numbers and units stand together. */
const plain = (text) => text.replaceAll("\u00a0", " ");

test("seconds are said as people say them", () => {
  const said = [0.2, 4.4, 59.4, 62, 75, 119, 299, 301, 5400].map((seconds) => plain(duration(seconds)));
  assert.deepEqual(said, ["1 s", "4 s", "59 s", "1 min", "1 min 15 s", "2 min", "5 min", "5 min", "90 min"]);
  assert.equal(duration(75), "1\u00a0min 15\u00a0s");
});

test("names are a list", () => {
  assert.deepEqual([["a"], ["a", "b"], ["a", "b", "c"]].map(listed), ["a", "a and b", "a, b and c"]);
  const settings = { content: "cat", styles: { mosaic: 1, sky: 2 } };
  assert.equal(named(settings, (name) => name.toUpperCase()), "CAT in the style of MOSAIC and SKY");
});

test("a run says no number that is not known", () => {
  const run = { state: "running", share: 0, left: null, steps: 0, ahead: 0, wait: null };
  assert.equal(doing(run), "Getting ready …");
  assert.equal(doing({ ...run, steps: 1, left: null }), "0%");
  assert.equal(plain(doing({ ...run, steps: 9, share: 0.349, left: 61 })), "34%, about 1 min left");
  assert.equal(doing({ ...run, ahead: 1 }), "One painting is ahead of yours.");
  const wait = plain(doing({ ...run, ahead: 3, wait: 100 }));
  assert.equal(wait, "3 paintings are ahead of yours. Yours starts in about 1 min 40 s.");
  assert.equal(plain(doing({ ...run, state: "finished", seconds: 44.6 })), "Finished in 45 s");
  assert.equal(doing({ ...run, state: "failed", share: 0.5, problem: "Why." }), "It failed at 50%: Why");
  assert.equal(heard({ ...run, share: 0.1, steps: 3 }), heard({ ...run, share: 0.9, steps: 30 }));
});

test("an option has a word, and what is no option its number", () => {
  const options = [["none", 0], ["some", 10], ["much", 400]];
  assert.deepEqual([0, 9, 10, 90, 1e9].map((value) => nearest(options, value)), [0, 1, 1, 2, 2]);
  assert.deepEqual([10, 12.3456].map((value) => wordOf(options, value)), ["some", "12.3"]);
});

test("a link carries settings of any letters", () => {
  const settings = { content: "Füße ✏.png", styles: { "a/b+c?": 1.5 }, size: 512 };
  const address = link("http://a.b/c?d#e", settings);
  assert.match(address, /^http:\/\/a\.b\/c\?d#painting=[\w-]+$/);
  assert.deepEqual(settingsIn(address), settings);
  assert.deepEqual(["http://a.b/", "http://a.b/#x", `${address.slice(0, -9)}`].map(settingsIn), [null, null, null]);
});

test("a painting on its way is told of while another is looked at", () => {
  const run = { state: "running", share: 0.359, ahead: 0 };
  assert.equal(meanwhile(run, "A"), "Painting A: 35%");
  assert.equal(meanwhile({ ...run, state: "paused" }, "A"), "Paused: A, 35%");
  assert.equal(meanwhile({ ...run, ahead: 2 }, "A"), "Waiting to paint A");
});

test("a file is called without its ending", () => {
  const names = ["a.b.jpeg", "cat.png (2)", "cat", ".png", "J. Doe", "version 1.5 of it.png"];
  assert.deepEqual(names.map(stem), ["a.b", "cat (2)", "cat", ".png", "J. Doe", "version 1.5 of it"]);
});

test("a style that gets a share leaves the rest to the others, as they were", () => {
  const styles = mixedIn({ a: 3, b: 1 }, "c");
  assert.equal(Math.round(percentage(styles, "c")), 33);
  const less = shared(styles, "c", 20);
  assert.deepEqual(less, { a: 60, b: 20, c: 20 });
  assert.deepEqual(shared(shared(less, "a", 99), "a", 60), { a: 60, b: 20, c: 20 });
  assert.deepEqual(shared(mixedIn({ a: 1 }, "b"), "b", 49), { a: 51, b: 49 });
});
