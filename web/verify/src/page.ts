// The verifier as a page that is opened from disk. Its one script is also what its
// workers run.

import type { Anchor } from "./archive.ts";
import { hex } from "./bytes.ts";
import { type Named, dropped } from "./drop.ts";
import { browserFile, browserMachine, serve } from "./browser.ts";
import { sha256 } from "./hash.ts";
import { show } from "./show.ts";
import { parseCheckpoint, trustGenesis } from "./trust.ts";
import { type Verdict, verify, verifyDirectory } from "./verify.ts";
import { headline, message } from "./words.ts";

/** start makes the page work. program is the text of this script. */
export function start(program: string): void {
  const trust = new Trust();
  let stop: (() => void) | undefined;
  const check = async (files: Named[]): Promise<void> => {
    stop?.();
    if (files.length === 0) return;
    const run = new Run(program, trust.anchor);
    stop = () => run.stop();
    await run.check(files);
  };
  at("stop").addEventListener("click", () => stop?.());
  for (const id of ["files", "directory"]) {
    const input = at(id) as HTMLInputElement;
    input.addEventListener("change", () => void check([...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }))));
  }
  const drop = at("drop");
  drop.addEventListener("dragover", (e) => {
    e.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (e) => {
    e.preventDefault();
    drop.classList.remove("over");
    dropped(e.dataTransfer).then(check, (err: unknown) => (at("status").textContent = message(err)));
  });
  for (const kind of ["dragover", "drop"]) addEventListener(kind, (e) => e.preventDefault()); // or the page would be left
}

function at(id: string): HTMLElement {
  const e = document.getElementById(id);
  if (!e) throw new Error(`the page has no ${id}`);
  return e;
}

/** Trust is what the reader trusts. */
class Trust {
  anchor: Anchor = {};

  constructor() {
    const genesis = at("genesis") as HTMLInputElement;
    const checkpoint = at("checkpoint") as HTMLInputElement;
    genesis.addEventListener("change", () => {
      checkpoint.value = "";
      const file = genesis.files?.[0];
      if (file) void this.takeGenesis(file);
      else this.say({}, "Nothing is trusted yet.");
    });
    checkpoint.addEventListener("input", () => {
      genesis.value = "";
      const text = checkpoint.value.trim();
      const c = parseCheckpoint(text);
      if (c) this.say({ checkpoint: c }, `The header of height ${c.height} is trusted.`);
      else this.say({}, text ? "A checkpoint is a height, a colon and 64 hex digits." : "Nothing is trusted yet.");
    });
  }

  private async takeGenesis(file: File): Promise<void> {
    try {
      const doc = new Uint8Array(await file.arrayBuffer());
      const t = trustGenesis(doc);
      this.say({ genesis: doc }, `The genesis of chain ${t.chainId} is trusted: SHA-256 ${hex(sha256(doc))}.`);
    } catch (err) {
      this.say({}, `This is no genesis document: ${message(err)}.`);
    }
  }

  private say(anchor: Anchor, words: string): void {
    this.anchor = anchor;
    at("trust-state").textContent = words;
  }
}

/** Run checks files, until it is stopped. */
class Run {
  private stopped = false;
  private end = (): void => undefined;

  constructor(
    private readonly program: string,
    private readonly anchor: Anchor,
  ) {}

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.end();
    at("work").hidden = true;
    at("status").textContent = "Stopped.";
  }

  async check(files: Named[]): Promise<void> {
    at("verdicts").replaceChildren();
    at("work").hidden = false;
    at("status").textContent = "Checking.";
    const bar = at("progress") as HTMLProgressElement;
    const total = files.reduce((sum, f) => sum + f.file.size, 0) || 1;
    let before = 0;
    const { machine, end } = browserMachine(this.program, (n) => (at("doing").textContent = `Checking, ${n} transactions so far`));
    this.end = end;
    const source = (f: Named) => browserFile(f.file, f.path, (bytes) => (bar.value = (before + bytes) / total));
    const done: Verdict[] = [];
    if (files.some((f) => /(^|\/)checkpoint$/.test(f.path))) {
      done.push(await verifyDirectory(files.map(source), this.anchor, machine));
    } else {
      for (const f of files) {
        if (this.stopped) break;
        done.push(await verify(source(f), this.anchor, machine));
        before += f.file.size;
      }
    }
    end();
    if (this.stopped) return;
    this.stopped = true;
    at("work").hidden = true;
    at("verdicts").replaceChildren(...done.map((v) => show(v, done)));
    at("status").textContent = done.length === 1 ? headline(done[0] as Verdict) : `${done.length} files were checked, ${done.filter((v) => v.error === undefined).length} accepted.`;
  }
}

if (typeof document === "undefined") serve(globalThis as unknown as Parameters<typeof serve>[0]);
else start(document.currentScript?.textContent ?? "");
