// The machine and the files of node.

import { createReadStream, readdirSync, statSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { Worker, parentPort } from "node:worker_threads";
import type { Bytes } from "./bytes.ts";
import type { Machine } from "./machine.ts";
import { type Done, type Task, carryOut, pool } from "./pool.ts";
import type { Input } from "./stream.ts";
import type { Source } from "./verify.ts";

const giveWay = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** nodeMachine verifies transactions in threads that run a program, which calls serve
 * if it is not the main thread. Threads are hired when there is work for them. */
export function nodeMachine(program: URL, progress: (transactions: number) => void): { machine: Machine; end: () => Promise<void> } {
  const workers: Worker[] = [];
  const hire = (done: (d: Done) => void, broken: (why: string) => void): { post(t: Task): void } => {
    const worker = new Worker(program);
    workers.push(worker);
    worker.on("message", (d: Done) => done(d));
    worker.on("error", (err) => broken(String(err)));
    return { post: (t) => worker.postMessage(t) };
  };
  const n = typeof availableParallelism === "function" ? availableParallelism() : cpus().length;
  const end = async (): Promise<void> => void (await Promise.all(workers.map((w) => w.terminate())));
  return { machine: pool(n, hire, giveWay, progress), end };
}

/** serve makes a thread carry out tasks. */
export function serve(): void {
  const port = parentPort;
  port?.on("message", (t: Task) => port.postMessage(carryOut(t)));
}

/** nodeFile is a file on disk. */
export function nodeFile(path: string): Source {
  return {
    name: path,
    size: statSync(path).size,
    open: (): Input => readChunks(path),
  };
}

/** isDirectory tells whether there is a directory at a path. */
export function isDirectory(path: string): boolean {
  return statSync(path).isDirectory();
}

/** nodeDirectory is all files below a directory. */
export function nodeDirectory(path: string): Source[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? nodeDirectory(`${path}/${e.name}`) : [nodeFile(`${path}/${e.name}`)]));
}

async function* readChunks(path: string): AsyncGenerator<Bytes> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const b = chunk as Buffer;
    yield new Uint8Array(b.buffer, b.byteOffset, b.byteLength);
  }
}
