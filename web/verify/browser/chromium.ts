// A headless Chromium, spoken to over a pipe in its own protocol (Chrome DevTools
// Protocol). It may use no network.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

interface Answer {
  id?: number;
  sessionId?: string;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { message: string };
}

/** Page is one page of the browser. */
export class Page {
  /** problems are errors and violations of the page's policy, as they came. */
  readonly problems: string[] = [];
  /** requests are the addresses that the page asked for. */
  readonly requests: string[] = [];

  constructor(
    private readonly browser: Chromium,
    readonly session: string,
  ) {}

  send(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    return this.browser.send(method, params, this.session);
  }

  /** run evaluates an expression, which may be a promise, and returns its value. */
  async run(expression: string): Promise<unknown> {
    const r = await this.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    const exception = r["exceptionDetails"] as { text?: string } | undefined;
    if (exception) throw new Error(`${expression}: ${JSON.stringify(exception)}`);
    return (r["result"] as { value?: unknown }).value;
  }

  /** until waits for an expression to become true. */
  async until(expression: string, seconds = 60): Promise<void> {
    const wait = `new Promise((resolve, reject) => {
      const end = Date.now() + ${seconds * 1000};
      const look = () => (${expression}) ? resolve(true) : Date.now() > end ? reject(new Error("timeout")) : setTimeout(look, 20);
      look();
    })`;
    await this.run(wait);
  }

  /** choose puts files into an input. */
  async choose(selector: string, files: string[]): Promise<void> {
    const { root } = (await this.send("DOM.getDocument")) as { root: { nodeId: number } };
    const { nodeId } = (await this.send("DOM.querySelector", { nodeId: root.nodeId, selector })) as { nodeId: number };
    await this.send("DOM.setFileInputFiles", { nodeId, files });
  }

  /** drop drops files or directories on an element. */
  async drop(selector: string, ...files: string[]): Promise<void> {
    const place = await this.run(`(() => {
      const e = document.querySelector(${JSON.stringify(selector)});
      e.scrollIntoView({ block: "center" });
      const r = e.getBoundingClientRect();
      return { x: r.x + 5, y: r.y + 5 };
    })()`);
    for (const type of ["dragEnter", "dragOver", "drop"]) {
      await this.send("Input.dispatchDragEvent", { type, ...(place as object), data: { items: [], files, dragOperationsMask: 1 } });
    }
  }

  note(a: Answer): void {
    const p = a.params ?? {};
    if (a.method === "Runtime.exceptionThrown" || a.method === "Runtime.consoleAPICalled") this.problems.push(JSON.stringify(p));
    if (a.method === "Log.entryAdded") this.problems.push(JSON.stringify(p["entry"]));
    if (a.method === "Network.requestWillBeSent") this.requests.push((p["request"] as { url: string }).url);
  }
}

/** Chromium is a browser under way. */
export class Chromium {
  private readonly out: Writable;
  private readonly waiting = new Map<number, { resolve: (r: Record<string, unknown>) => void; reject: (err: Error) => void }>();
  private readonly pages: Page[] = [];
  private rest = "";
  private next = 1;

  private constructor(
    private readonly process: ChildProcess,
    private readonly home: string,
  ) {
    this.out = process.stdio[3] as Writable;
    const input = process.stdio[4] as Readable;
    input.setEncoding("utf8");
    input.on("data", (text: string) => this.read(text));
  }

  /** start starts a program. */
  static start(program: string): Chromium {
    const home = mkdtempSync(join(tmpdir(), "verify-chromium-"));
    const flags = [
      "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
      "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-pipe", `--user-data-dir=${home}`, "about:blank",
    ];
    return new Chromium(spawn(program, flags, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] }), home);
  }

  async open(url: string): Promise<Page> {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(this, sessionId as string);
    this.pages.push(page);
    for (const domain of ["Page", "Runtime", "Log", "Network", "DOM"]) await page.send(`${domain}.enable`);
    await page.send("Page.navigate", { url });
    await page.until('document.readyState === "complete"');
    return page;
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    await this.send("Browser.close").catch(() => this.process.kill());
    await ended;
    rmSync(this.home, { recursive: true, force: true, maxRetries: 10 });
  }

  send(method: string, params: Record<string, unknown> = {}, sessionId?: string): Promise<Record<string, unknown>> {
    const id = this.next++;
    this.out.write(JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) }) + "\0");
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  private read(text: string): void {
    const parts = (this.rest + text).split("\0");
    this.rest = parts.pop() ?? "";
    for (const part of parts) this.take(JSON.parse(part) as Answer);
  }

  private take(a: Answer): void {
    if (a.id === undefined) return this.pages.find((p) => p.session === a.sessionId)?.note(a);
    const w = this.waiting.get(a.id);
    this.waiting.delete(a.id);
    if (a.error) w?.reject(new Error(a.error.message));
    else w?.resolve(a.result ?? {});
  }
}
