// The machine and the files of a browser.

import type { Bytes } from "./bytes.ts";
import { type Machine, alone } from "./machine.ts";
import { type Done, type Task, carryOut, pool } from "./pool.ts";
import type { Input } from "./stream.ts";
import type { Source } from "./verify.ts";

/** giveWay lets the page answer to its user. */
export function giveWay(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** browserMachine verifies transactions in workers that run a program, which calls
 * serve if there is no document; or in the page itself, where workers cannot be
 * had. */
export function browserMachine(program: string, progress: (transactions: number) => void): { machine: Machine; end: () => void } {
  const url = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  const workers: Worker[] = [];
  const end = (): void => {
    for (const w of workers) w.terminate();
    URL.revokeObjectURL(url);
  };
  try {
    workers.push(new Worker(url));
  } catch {
    return { machine: alone(giveWay, progress), end };
  }
  const ready = [...workers];
  const hire = (done: (d: Done) => void, broken: (why: string) => void): { post(t: Task): void } => {
    const worker = ready.pop() ?? new Worker(url);
    if (!workers.includes(worker)) workers.push(worker);
    worker.onmessage = (e: MessageEvent<Done>) => done(e.data);
    worker.onerror = (e) => broken(e.message || "a worker cannot be started");
    return { post: (t) => worker.postMessage(t) };
  };
  const n = Math.max(1, Math.min(16, navigator.hardwareConcurrency || 2));
  return { machine: pool(n, hire, giveWay, progress), end };
}

/** Scope is what a worker knows of the world. */
interface Scope {
  onmessage: ((e: MessageEvent<Task>) => void) | null;
  postMessage(d: Done): void;
}

/** serve makes a worker carry out tasks. */
export function serve(scope: Scope): void {
  scope.onmessage = (e) => scope.postMessage(carryOut(e.data));
}

/** browserFile is a file that was dropped or chosen. seen is told how many bytes have
 * been read. */
export function browserFile(file: File, name: string, seen: (bytes: number) => void): Source {
  return { name, size: file.size, open: () => readChunks(file, seen) };
}

const piece = 1 << 20;

async function* readChunks(file: File, seen: (bytes: number) => void): Input & AsyncGenerator<Bytes> {
  for (let at = 0; at < file.size; at += piece) {
    const b = new Uint8Array(await file.slice(at, at + piece).arrayBuffer());
    yield b;
    seen(Math.min(at + piece, file.size));
  }
}
