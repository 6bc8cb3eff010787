// Paintings and uploaded pictures, kept by the browser: a closed page loses nothing.

const PAINTINGS = "paintings", UPLOADS = "uploads";
const MOST = { [PAINTINGS]: 30, [UPLOADS]: 24 };

export class Store {
  /** Open what the browser keeps; where it keeps nothing (a private window), all ends with the page. */
  static async open() {
    const database = await new Promise((resolve) => {
      try {
        const asked = indexedDB.open("nst-studio", 1);
        asked.onupgradeneeded = () => {
          asked.result.createObjectStore(PAINTINGS, { keyPath: "id" });
          asked.result.createObjectStore(UPLOADS, { keyPath: "digest" });
        };
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => resolve(null);
      } catch {
        resolve(null);
      }
    });
    return new Store(database);
  }

  constructor(database) {
    this.database = database;
  }

  /** Whether what is put here is still here after the page was closed. */
  get lasting() {
    return this.database !== null;
  }

  close() {
    this.database?.close();
  }

  /** All paintings, the newest first. */
  async paintings() {
    return (await this.#all(PAINTINGS)).toSorted((a, b) => b.at - a.at);
  }

  async keepPainting(painting) {
    return this.#keep(PAINTINGS, painting);
  }

  async deletePainting(id) {
    return this.#ask(PAINTINGS, "readwrite", (kept) => kept.delete(id));
  }

  async upload(digest) {
    return this.#ask(UPLOADS, "readonly", (kept) => kept.get(digest));
  }

  async keepUpload(digest, file) {
    return this.#keep(UPLOADS, { digest, file, at: Date.now() });
  }

  async #all(name) {
    return (await this.#ask(name, "readonly", (kept) => kept.getAll())) ?? [];
  }

  /** Keep one more; the oldest go where there are too many. Return whether it could be kept. */
  async #keep(name, entry) {
    if (!(await this.#ask(name, "readwrite", (kept) => kept.put(entry)))) return false;
    const all = (await this.#all(name)).toSorted((a, b) => b.at - a.at);
    for (const old of all.slice(MOST[name]))
      await this.#ask(name, "readwrite", (kept) => kept.delete(old[kept.keyPath]));
    return true;
  }

  /** Ask the browser; what it refuses (no room is left) is answered with undefined. */
  async #ask(name, way, question) {
    if (!this.database) return undefined;
    return new Promise((resolve) => {
      try {
        const transaction = this.database.transaction(name, way);
        const asked = question(transaction.objectStore(name));
        transaction.oncomplete = () => resolve(asked.result ?? true);  // a full disk is found only then
        transaction.onabort = transaction.onerror = () => resolve(undefined);
      } catch {
        resolve(undefined);
      }
    });
  }
}
